SUMMARY = "Registers a device with its factory on first boot"
DESCRIPTION = "Takes the place of meta-lmp's recipe of the same name: the same unit, the same files, an \
AutoRegister that waits, retries and survives a power cut instead of a shell script."
HOMEPAGE = "https://autoregister.example/"
SECTION = "support"
# Ours; Pkcs11Interop; Tomlyn and PSReadLine; Polly; zlib-ng in the runtime. THIRD-PARTY-NOTICES.txt has every text.
LICENSE = "Apache-2.0 ${AUTOREGISTER_AND} BSD-2-Clause ${AUTOREGISTER_AND} BSD-3-Clause ${AUTOREGISTER_AND} MIT ${AUTOREGISTER_AND} Zlib"
# Releases up to wrynose know no AND, later ones complain of an &.
AUTOREGISTER_AND = "${@'AND' if 'blacksail' in d.getVar('LAYERSERIES_CORENAMES').split() else '&'}"
LIC_FILES_CHKSUM = " \
    file://${AUTOREGISTER_SOURCE}/LICENSE;md5=fc3ba0d647ce5f4343d3b7d88052c462 \
    file://${AUTOREGISTER_SOURCE}/THIRD-PARTY-NOTICES.txt;md5=e1aee9c62b6e3ab22ee2c473d2bef920 \
"

PV = "0.1.0"

inherit autoregister-payload systemd

# Files of these names in a layer of your own take the place of ours, with a bbappend that has
# FILESEXTRAPATHS:prepend := "${THISDIR}/${PN}:". The unit may have meta-lmp's name, which ends in .in.
SRC_URI = " \
    ${AUTOREGISTER_PAYLOAD};name=payload \
    file://lmp-device-auto-register.service \
    file://lmp-device-auto-register \
    file://api-token \
"
SRC_URI += "${@'file://lmp-device-auto-register.service.in' if bb.utils.which(d.getVar('FILESPATH'), 'lmp-device-auto-register.service.in') else ''}"
SRC_URI[payload.sha256sum] = "${AUTOREGISTER_PAYLOAD_SHA256}"

S = "${UNPACKDIR}"

SYSTEMD_SERVICE:${PN} = "lmp-device-auto-register.service"

# Not empty: the device's name is its host name, not its UUID.
LMP_AUTO_REGISTER_USE_HOSTNAME ?= ""
# Written to /etc/sota/tag when not empty.
LMP_AUTO_REGISTER_TAG ?= ""
# Written to /etc/sota/hsm when not empty. The PINs do not belong into a recipe, a build directory or a shared image: supply them
# as the credentials lmp-device-auto-register.hsm-pin and .hsm-so-pin (systemd.exec(5)) when the device is provisioned.
LMP_AUTO_REGISTER_HSM_MODULE ?= ""
# 1: what a factory reset left in the token under the device's names is removed, and the device gets a new key. Without it a device
# whose /var/sota was wiped waits for a person. It goes into /etc/sota/hsm, beside the module.
LMP_AUTO_REGISTER_HSM_REPLACE_KEYS ?= ""
# optee, tpm2, i2c or softhsm: opens this kind of token to the unit and no other.
LMP_AUTO_REGISTER_HSM_KIND ?= ""
# With PACKAGECONFIG pwsh: the program, and the package it is in.
LMP_AUTO_REGISTER_PWSH ?= "${bindir}/pwsh"
LMP_AUTO_REGISTER_PWSH_PACKAGE ?= "powershell"

PACKAGECONFIG ??= "host"
# The bundled, self-contained PowerShell; .NET loads OpenSSL by name.
PACKAGECONFIG[host] = ",,,ca-certificates libcrypto libgcc libssl libstdc++,,pwsh"
# A PowerShell of at least 7.6 from elsewhere.
PACKAGECONFIG[pwsh] = ",,,ca-certificates ${LMP_AUTO_REGISTER_PWSH_PACKAGE},,host"
# Certificates say businessCategory=production, and the factory treats the device so.
PACKAGECONFIG[production] = ""

AUTOREGISTER_SHELL = "${@bb.utils.contains('PACKAGECONFIG', 'host', '${AUTOREGISTER_DIR}/host/pwsh', '${LMP_AUTO_REGISTER_PWSH}', d)}"
AUTOREGISTER_PRODUCTION = "${@bb.utils.contains('PACKAGECONFIG', 'production', '1', '', d)}"
AUTOREGISTER_SOURCE = "${UNPACKDIR}/autoregister-${PV}-${AUTOREGISTER_RID}"

do_compile() {
    unit=${UNPACKDIR}/lmp-device-auto-register.service
    if [ -e $unit.in ]; then
        unit=$unit.in
    fi

    for file in $unit ${UNPACKDIR}/lmp-device-auto-register ${AUTOREGISTER_SOURCE}/AutoRegister/device/pwsh.in; do
        name=$(basename $file .in)
        sed -e 's|@@LMP_AUTO_REGISTER_USE_HOSTNAME@@|${LMP_AUTO_REGISTER_USE_HOSTNAME}|' \
            -e 's|@@SHELL@@|${AUTOREGISTER_SHELL}|' \
            -e 's|@@AUTOREGISTER_DIR@@|${AUTOREGISTER_DIR}|g' \
            $file > ${B}/$name.installed
    done
}

do_install() {
    install -d ${D}${AUTOREGISTER_DIR}
    cp -R --no-dereference --preserve=mode,links ${AUTOREGISTER_SOURCE}/AutoRegister ${D}${AUTOREGISTER_DIR}/
    rm ${D}${AUTOREGISTER_DIR}/AutoRegister/device/*.in ${D}${AUTOREGISTER_DIR}/AutoRegister/device/*.conf
    # For stations on a factory line, which take the module package.
    rm -r ${D}${AUTOREGISTER_DIR}/AutoRegister/station
    if [ "${AUTOREGISTER_SHELL}" = "${AUTOREGISTER_DIR}/host/pwsh" ]; then
        cp -R --no-dereference --preserve=mode,links ${AUTOREGISTER_SOURCE}/host ${D}${AUTOREGISTER_DIR}/
    fi

    install -m 0755 ${B}/pwsh.installed ${D}${AUTOREGISTER_DIR}/pwsh
    # What PowerShell looks for below its HOME, and cannot make where everything is read-only.
    install -d ${D}${AUTOREGISTER_DIR}/home/.cache/powershell ${D}${AUTOREGISTER_DIR}/home/.local/share/powershell/Modules

    install -d ${D}${bindir}
    install -m 0755 ${B}/lmp-device-auto-register.installed ${D}${bindir}/lmp-device-auto-register

    install -d ${D}${systemd_system_unitdir}/lmp-device-auto-register.service.d
    install -m 0644 ${B}/lmp-device-auto-register.service.installed ${D}${systemd_system_unitdir}/lmp-device-auto-register.service
    dropins=${D}${systemd_system_unitdir}/lmp-device-auto-register.service.d
    install -m 0644 ${AUTOREGISTER_SOURCE}/AutoRegister/device/restart-steps.conf $dropins/
    if [ -n "${LMP_AUTO_REGISTER_HSM_KIND}" ]; then
        install -m 0644 ${AUTOREGISTER_SOURCE}/AutoRegister/device/hsm-${LMP_AUTO_REGISTER_HSM_KIND}.conf $dropins/
        # What the token's module finds in the environment of this unit, it must find in that of the OTA client.
        client=${AUTOREGISTER_SOURCE}/AutoRegister/device/hsm-${LMP_AUTO_REGISTER_HSM_KIND}-client.conf
        if [ -e $client ]; then
            for service in aktualizr-lite fioconfig fioconfig-extract; do
                install -d ${D}${systemd_system_unitdir}/$service.service.d
                install -m 0644 $client ${D}${systemd_system_unitdir}/$service.service.d/
            done
        fi
    fi
    if [ -n "${AUTOREGISTER_PRODUCTION}" ]; then
        printf '[Service]\nEnvironment=PRODUCTION=1\n' > $dropins/production.conf
    fi

    install -d ${D}${sysconfdir}
    install -m 0600 ${UNPACKDIR}/api-token ${D}${sysconfdir}/lmp-device-register-token
    if [ -n "${LMP_AUTO_REGISTER_TAG}" ]; then
        install -d ${D}${sysconfdir}/sota
        printf '%s\n' '${LMP_AUTO_REGISTER_TAG}' > ${D}${sysconfdir}/sota/tag
    fi
    if [ -n "${LMP_AUTO_REGISTER_HSM_MODULE}" ]; then
        install -d ${D}${sysconfdir}/sota
        printf 'HSM_MODULE="%s"\n' '${LMP_AUTO_REGISTER_HSM_MODULE}' > ${D}${sysconfdir}/sota/hsm
        if [ -n "${LMP_AUTO_REGISTER_HSM_REPLACE_KEYS}" ]; then
            printf 'HSM_REPLACE_KEYS="%s"\n' '${LMP_AUTO_REGISTER_HSM_REPLACE_KEYS}' >> ${D}${sysconfdir}/sota/hsm
        fi
        chmod 0600 ${D}${sysconfdir}/sota/hsm
    fi
}

FILES:${PN} += "${AUTOREGISTER_DIR} ${systemd_system_unitdir}/*.service.d"

COMPATIBLE_HOST = "(x86_64|aarch64).*-linux"
COMPATIBLE_HOST:libc-musl = "null"

# Built elsewhere, with its own symbols taken out.
INHIBIT_PACKAGE_STRIP = "1"
INHIBIT_PACKAGE_DEBUG_SPLIT = "1"
INHIBIT_SYSROOT_STRIP = "1"
INSANE_SKIP:${PN} += "already-stripped ldflags"
