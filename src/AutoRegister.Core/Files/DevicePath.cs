namespace AutoRegister.Core.Files;

/// <summary>Paths as the device sees them, put below a root directory.</summary>
public static class DevicePath
{
    /// <summary>Joins a root directory and an absolute device path, as systemctl's <c>--root</c> does.</summary>
    /// <param name="root">The root directory; <c>/</c> leaves paths as they are.</param>
    /// <param name="devicePath">An absolute path as the device sees it.</param>
    /// <returns>The path on this machine.</returns>
    public static string Below(string root, string devicePath)
    {
        ArgumentNullException.ThrowIfNull(root);
        ArgumentNullException.ThrowIfNull(devicePath);
        return Path.Join(root, devicePath.TrimStart('/'));
    }
}
