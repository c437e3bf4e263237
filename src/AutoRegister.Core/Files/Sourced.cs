namespace AutoRegister.Core.Files;

/// <summary>A value and where it came from.</summary>
internal readonly record struct Sourced<T>(T Value, SettingSource Source);
