#!/bin/sh
# Finds a PowerShell (pwsh 7.6 or later if there is one, else our own host, built here) and lets build.ps1 do the rest.
set -eu
top=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
host=$top/out/host/lmp-pwsh

runtime() {
	case $(uname -m) in
	aarch64) echo linux-arm64 ;;
	*) echo linux-x64 ;;
	esac
}

if ! command -v dotnet >/dev/null 2>&1; then
	echo "build.sh: the .NET 10 SDK is needed and 'dotnet' is not on the PATH" >&2
	exit 69
fi

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

if command -v pwsh >/dev/null 2>&1 &&
	pwsh -NoLogo -NoProfile -NonInteractive -Command 'exit [int]($PSVersionTable.PSVersion -lt [version]"7.6")' 2>/dev/null; then
	shell=pwsh
else
	shell=$host
	changed=$(find "$top/src/AutoRegister.Host" "$top/Directory.Build.props" "$top/Directory.Packages.props" \
		\( -name bin -o -name obj \) -prune -o -type f -newer "$host" -print 2>/dev/null | head -n 1)
	if [ ! -x "$host" ] || [ -n "$changed" ]; then
		echo "Building the PowerShell host"
		dotnet publish "$top/src/AutoRegister.Host" -c Release -r "$(runtime)" -o "$top/out/host" -v quiet
		touch "$host"
	fi
fi

exec "$shell" -NoLogo -NoProfile -NonInteractive -File "$top/build.ps1" "$@"
