#!/bin/sh
# Starts the station in the pwsh that is on the PATH, or in the one of the Debian package. What a device's own pwsh is told, this one is
# told too; see device/pwsh.in.
export POWERSHELL_TELEMETRY_OPTOUT=1 POWERSHELL_UPDATECHECK=Off POWERSHELL_DIAGNOSTICS_OPTOUT=1 DOTNET_EnableDiagnostics=0
if [ -z "${HOME:-}" ]; then
	HOME=$(getent passwd "$(id -u)" | cut -d: -f6)
	export HOME="${HOME:-/}"
fi
shell=$(command -v pwsh) || shell=/usr/lib/autoregister/pwsh
if [ ! -x "$shell" ]; then
	echo "register-line.sh: no 'pwsh' on the PATH and no $shell: install PowerShell 7.6 or later, 'dotnet tool install --global PowerShell' say, and put it on the PATH" >&2
	exit 69
fi
exec "$shell" -NoLogo -NoProfile -File "$(dirname -- "$0")/Register-Line.ps1" "$@"
