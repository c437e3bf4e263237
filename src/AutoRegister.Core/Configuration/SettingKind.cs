namespace AutoRegister.Core.Configuration;

/// <summary>What kind of value a setting has: how somebody who has only a text says it.</summary>
public enum SettingKind : long
{
    /// <summary>The text itself; also what is made of one, as a URL.</summary>
    Text,

    /// <summary>Yes or no.</summary>
    Flag,

    /// <summary>Several texts.</summary>
    List,

    /// <summary>What no command line, no log and no table shows.</summary>
    Secret,
}
