namespace AutoRegister.Host.Tests;

/// <summary>A folder of its own for one test.</summary>
public sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lmp-pwsh-test-");

    public string FullName => _folder.FullName;

    /// <summary>The path of a file in the folder, which need not exist.</summary>
    public string PathOf(string name) => Path.Combine(FullName, name);

    /// <summary>Writes a file, with its folder, and returns its path.</summary>
    public string Write(string name, string text)
    {
        var path = PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
