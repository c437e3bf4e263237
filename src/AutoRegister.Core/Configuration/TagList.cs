using System.Text;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;

namespace AutoRegister.Core.Configuration;

/// <summary>
/// The tags: parameter, else <c>/etc/sota/tag</c>, else <c>LMP_FACTORY_TAG</c>. Upstream's wrapper says that the backend
/// takes one tag for a registration, while the option of lmp-device-register takes a list; so a list in a file is passed
/// on with a warning.
/// </summary>
internal static class TagList
{
    // Longer than any name of a branch or release; a limit keeps a mistake out of the request.
    private const int MaximumLength = 255;

    /// <summary>The file, as the device sees it.</summary>
    public const string DefaultPath = "/etc/sota/tag";

    /// <summary>The tags somebody chose for this device, not for its image.</summary>
    public static Sourced<IReadOnlyList<string>>? Chosen(SettingLayers from)
    {
        SettingInputs inputs = from.Inputs;
        if (from.Parameter<IReadOnlyList<string>>() is { } given)
        {
            string[] tags = given.Value.SelectMany(t => Split(t, given.Source.ToString())).ToArray();
            return tags.Length > 0 ? new Sourced<IReadOnlyList<string>>(tags, given.Source)
                : throw new AutoRegisterException(ErrorId.TagMissing, $"{given.Source} has no tag.", "Give one, or leave it out for that of the device.", given.Source.ToString());
        }

        using ConfigFile? file = inputs.Options.IgnoreDeviceFiles ? null : ConfigFile.TryRead(inputs.Root, DefaultPath);
        return file is null ? null : Parse(file, inputs.Observer);
    }

    /// <summary>The tags of the image.</summary>
    public static Sourced<IReadOnlyList<string>> OfImage(OsRelease osRelease, SettingInputs inputs) =>
        osRelease.FactoryTag is { } tag ? FromImage(tag, inputs.Observer) : throw Missing(osRelease, RootedPath.Shown(inputs.Root, DefaultPath));

    /// <summary>Parses the file.</summary>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.TagInvalid"/>.</exception>
    public static Sourced<IReadOnlyList<string>> Parse(ConfigFile file, IRegistrationObserver observer)
    {
        ReadOnlySpan<byte> line = ConfigLine.Only(file, ErrorId.TagInvalid, "tag", out int number);
        return number > 0
            ? FromImage(new Sourced<string>(Encoding.UTF8.GetString(line), file.At(number)), observer)
            : throw new AutoRegisterException(
                ErrorId.TagInvalid, $"{file.Name} is empty.", "Write one tag into it, or remove it to use the tag of the image.", file.Name);
    }

    private static Sourced<IReadOnlyList<string>> FromImage(Sourced<string> text, IRegistrationObserver observer)
    {
        string[] tags = Split(text.Value, text.Source.ToString());
        if (tags.Length > 1)
        {
            observer.ReportWarning(
                $"{text.Source}: {Characters.Quote(text.Value)} is a list of {tags.Length} tags; the server takes one tag for a registration. Leave one.");
        }

        return new Sourced<IReadOnlyList<string>>(tags, text.Source);
    }

    private static string[] Split(string text, string place)
    {
        if (Characters.Outside(text, Characters.Tags) is string wrong)
        {
            throw new AutoRegisterException(
                ErrorId.TagInvalid,
                $"{place}: a tag cannot have {wrong}.",
                text.Contains('=', StringComparison.Ordinal) ? "Write the tag alone, without a name before it." : "Use letters, digits, '.', '_' and '-' only.",
                place);
        }

        string[] tags = text.Split(',');
        if (Array.Exists(tags, t => t.Length > MaximumLength))
        {
            throw new AutoRegisterException(ErrorId.TagInvalid, $"{place}: a tag has more than {MaximumLength} characters.", "Leave one tag.", place);
        }

        return Array.Exists(tags, t => t.Length == 0)
            ? throw new AutoRegisterException(
                ErrorId.TagInvalid,
                text.Length == 0 ? $"{place}: a tag cannot be empty." : $"{place}: the list {Characters.Quote(text)} has an empty tag.",
                "Leave one tag.",
                place)
            : tags;
    }

    private static AutoRegisterException Missing(OsRelease osRelease, string path) => new(
        ErrorId.TagMissing,
        $"No tag is configured: there is no {path}, and {osRelease.Lacks("LMP_FACTORY_TAG")}.",
        $"Write the tag this device is to follow into {path}, or give -Tag.");
}
