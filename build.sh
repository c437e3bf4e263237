#!/bin/sh
# Starts build.ps1 in a PowerShell: the user's pwsh if it is 7.6 or later, else the one that .config/dotnet-tools.json pins.
set -eu
top=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

if ! command -v dotnet >/dev/null 2>&1; then
	echo "build.sh: the .NET 10 SDK is needed and 'dotnet' is not on the PATH" >&2
	exit 69
fi

if ! awk '$5 == "/" { found = 1 } END { exit !found }' /proc/self/mountinfo; then
	echo "build.sh: PowerShell finds no files below a root that is no mount point: outside of this chroot, first run 'mount --bind DIR DIR'" >&2
	exit 69
fi

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 POWERSHELL_TELEMETRY_OPTOUT=1 POWERSHELL_UPDATECHECK=Off

if command -v pwsh >/dev/null 2>&1 &&
	pwsh -NoLogo -NoProfile -NonInteractive -Command 'exit [int]($PSVersionTable.PSVersion -lt [version]"7.6")' 2>/dev/null; then
	exec pwsh -NoLogo -NoProfile -NonInteractive -File "$top/build.ps1" "$@"
fi

cd "$top"
restored=$(dotnet tool restore 2>&1) || {
	printf '%s\n' "$restored" >&2
	exit 69
}
exec dotnet tool run pwsh -- -NoLogo -NoProfile -NonInteractive -File "$top/build.ps1" "$@"
