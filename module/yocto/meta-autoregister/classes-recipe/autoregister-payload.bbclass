# Where AutoRegister's payload is, for both recipes that need it. Each variable can be set for the whole build, in local.conf or a
# distribution's configuration.

AUTOREGISTER_PAYLOAD_DIR ?= "${AUTOREGISTER_LAYERDIR}/payload"
FILESEXTRAPATHS:prepend := "${AUTOREGISTER_PAYLOAD_DIR}:"

# The runtime identifier of .NET, by which payloads are named.
AUTOREGISTER_RID = "linux-x64"
AUTOREGISTER_RID:aarch64 = "linux-arm64"
# A file:// name is looked for in AUTOREGISTER_PAYLOAD_DIR; anything else is a URL.
AUTOREGISTER_PAYLOAD ?= "file://autoregister-${PV}-${AUTOREGISTER_RID}.tar.xz"
# For a URL: the payload's line in SHA256SUMS.
AUTOREGISTER_PAYLOAD_SHA256 ?= ""

# Where it is installed.
AUTOREGISTER_DIR = "${libdir}/autoregister"

python () {
    payload = d.getVar("AUTOREGISTER_PAYLOAD")
    if not payload.startswith("file://"):
        return
    name = payload[len("file://"):].split(";")[0]
    if not bb.utils.which(d.getVar("FILESPATH"), name):
        raise bb.parse.SkipRecipe("there is no %s in %s. The layer that './build.sh package' makes has it; the layer's README says "
            "how else to get it, under 'Where the payload comes from'" % (name, d.getVar("AUTOREGISTER_PAYLOAD_DIR")))
}
