using System.Text;

namespace AutoRegister.Host;

/// <summary>The <see cref="Console"/> that scripts and native programs' output meet.</summary>
internal static class ScriptConsole
{
    /// <summary>UTF-8 whatever the locale says: a unit has none, and a factory's names are not ASCII.</summary>
    public static void Prepare()
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        Console.OutputEncoding = utf8;
        Console.InputEncoding = utf8;
    }
}
