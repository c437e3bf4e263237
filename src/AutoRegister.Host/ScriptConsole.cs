using System.Management.Automation;
using System.Text;

namespace AutoRegister.Host;

/// <summary>The <see cref="Console"/> that scripts and native programs' output meet.</summary>
internal static class ScriptConsole
{
    /// <summary>UTF-8 whatever the locale says: a unit has none, and a factory's names are not ASCII. No colours unwanted.</summary>
    public static void Prepare()
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        Console.OutputEncoding = utf8;
        Console.InputEncoding = utf8;

        // https://no-color.org: set to anything but nothing. A script may still ask for colours itself.
        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")))
        {
            PSStyle.Instance.OutputRendering = OutputRendering.PlainText;
        }
    }
}
