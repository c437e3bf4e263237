using AutoRegister.Core.Base;

namespace AutoRegister.Core.Files;

/// <summary>One assignment found in a file.</summary>
/// <param name="Value">Its value. It may be a PIN, so all values are secrets until someone knows better.</param>
/// <param name="Line">The line, counted from 1.</param>
public sealed record ShellAssignment(string Name, Secret Value, int Line);
