#!/bin/sh
# Starts the station in the pwsh that is on the PATH. What a device's own pwsh is told, this one is told too; see device/pwsh.in.
export POWERSHELL_TELEMETRY_OPTOUT=1 POWERSHELL_UPDATECHECK=Off POWERSHELL_DIAGNOSTICS_OPTOUT=1 DOTNET_EnableDiagnostics=0
if [ -z "${HOME:-}" ]; then
	HOME=$(getent passwd "$(id -u)" | cut -d: -f6)
	export HOME="${HOME:-/}"
fi
exec pwsh -NoLogo -NoProfile -File "$(dirname -- "$0")/Register-Line.ps1" "$@"
