using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using System.Text;

namespace AutoRegister.Host;

/// <summary>What is piped into the process: lines for <c>$input</c>, or the script itself.</summary>
internal static class StandardInput
{
    /// <summary>Everything, as text.</summary>
    public static string ReadToEnd()
    {
        using var reader = Open();
        return reader.ReadToEnd();
    }

    /// <summary>
    /// Whether the script reads <c>$input</c>. One that does not must not wait for an input that may never end: a
    /// service's, or an SSH session's.
    /// </summary>
    public static bool IsWantedBy(string script) =>
        Console.IsInputRedirected
        && script.Contains("input", StringComparison.OrdinalIgnoreCase)
        && Parser.ParseInput(script, out _, out _).Find(IsDollarInput, searchNestedScriptBlocks: false) is not null;

    /// <summary>Feeds the pipeline line by line, on a thread of its own.</summary>
    public static void Feed(PipelineWriter pipeline) =>
        new Thread(() => Copy(pipeline)) { IsBackground = true, Name = "input" }.Start();

    private static void Copy(PipelineWriter pipeline)
    {
        try
        {
            using var reader = Open();
            while (reader.ReadLine() is { } line)
            {
                pipeline.Write(line);
            }

            pipeline.Close();
        }
        catch (PipelineClosedException)
        {
            // The script ended before its input did, as with `head`.
        }
    }

    private static StreamReader Open() => new(Console.OpenStandardInput(), new UTF8Encoding(false));

    private static bool IsDollarInput(Ast ast) =>
        ast is VariableExpressionAst { VariablePath: var path }
        && path.UserPath.Equals("input", StringComparison.OrdinalIgnoreCase);
}
