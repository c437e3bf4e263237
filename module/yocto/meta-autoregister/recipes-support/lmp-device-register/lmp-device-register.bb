SUMMARY = "Registers a device by hand"
DESCRIPTION = "Takes the place of meta-lmp's recipe of the same name: the command lmp-device-register with its options, sentences \
and exit codes, on AutoRegister. An image that keeps meta-lmp's program masks this recipe (see the layer's README)."
HOMEPAGE = "https://autoregister.example/"
SECTION = "support"
LICENSE = "MIT"
LIC_FILES_CHKSUM = "file://${COMMON_LICENSE_DIR}/MIT;md5=0835ade698e0bcf8506ecda2f7b4f302"

PV = "0.1.0"

# Without a payload there is nothing that this command could start.
inherit autoregister-payload

SRC_URI = "file://lmp-device-register"

S = "${UNPACKDIR}"

do_compile() {
    sed -e 's|@@AUTOREGISTER_DIR@@|${AUTOREGISTER_DIR}|g' ${UNPACKDIR}/lmp-device-register > ${B}/lmp-device-register.sh
}

do_install() {
    install -d ${D}${bindir}
    install -m 0755 ${B}/lmp-device-register.sh ${D}${bindir}/lmp-device-register
}

RDEPENDS:${PN} = "lmp-device-auto-register"

COMPATIBLE_HOST = "(x86_64|aarch64).*-linux"
COMPATIBLE_HOST:libc-musl = "null"
