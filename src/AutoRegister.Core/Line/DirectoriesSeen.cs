using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using AutoRegister.Core.Errors;

namespace AutoRegister.Core.Line;

/// <summary>
/// The directories a line has met: a row that comes twice must not look like a device that was registered before. It keeps
/// 16 bytes a device.
/// </summary>
public sealed class DirectoriesSeen
{
    private readonly HashSet<UInt128> seen = [];

    /// <summary>Notes a device's directory.</summary>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.SettingInvalid"/>: another device of this line has it.</exception>
    public void Add(SotaConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        string path = Path.GetFullPath(config.SotaPath);
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(path));
        if (!seen.Add(MemoryMarshal.Read<UInt128>(hash)))
        {
            throw new AutoRegisterException(
                ErrorId.SettingInvalid,
                $"'{path}' has come before on this line: two devices cannot share a directory.",
                "Remove the row that comes twice, or give each device a directory of its own.",
                path);
        }
    }
}
