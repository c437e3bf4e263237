using System.Reflection;
using System.Runtime.Loader;

namespace AutoRegister.Loader;

/// <summary>
/// A load context for one folder: the assemblies in it are seen by each other and by nobody else, so that our BouncyCastle
/// never meets another module's. What is not in the folder (the engine, the runtime) is shared with everybody.
/// </summary>
public sealed class PrivateContext : AssemblyLoadContext
{
    // Where the types that this assembly forwards are.
    private const string Core = "AutoRegister.Core";
    private static readonly Dictionary<string, Assembly> Loaded = [];
    private readonly string folder;

    private PrivateContext(string folder)
        : base($"AutoRegister ({folder})") => this.folder = folder;

    /// <summary>Loads an assembly and, on demand, its neighbours into a context of their own; once per process.</summary>
    /// <param name="name">The assembly's name, without <c>.dll</c>.</param>
    /// <returns>The assembly, the same one each time.</returns>
    public static Assembly Load(string folder, string name)
    {
        string path = Path.GetFullPath(Path.Join(folder, name + ".dll"));
        lock (Loaded)
        {
            if (!Loaded.TryGetValue(path, out Assembly? assembly))
            {
                var context = new PrivateContext(Path.GetDirectoryName(path)!);
                Default.Resolving += (_, wanted) => wanted.Name == Core ? context.LoadFromAssemblyName(wanted) : null;
                assembly = context.LoadFromAssemblyPath(path);
                Loaded.Add(path, assembly);
            }

            return assembly;
        }
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        ArgumentNullException.ThrowIfNull(assemblyName);
        string path = Path.Join(folder, assemblyName.Name + ".dll");
        return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
    }
}
