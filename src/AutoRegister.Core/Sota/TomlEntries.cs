using System.Globalization;
using AutoRegister.Core.Base;
using Tomlyn;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace AutoRegister.Core.Sota;

/// <summary>A TOML document as a strict parser reads it (toml.io, version 1.0), in the order of its lines.</summary>
internal static class TomlEntries
{
    /// <summary>Reads a document.</summary>
    /// <param name="problem">What is wrong with it; empty when nothing is.</param>
    /// <returns>What it says; <see langword="null"/> when it is no TOML.</returns>
    internal static List<TomlEntry>? TryRead(string text, out string problem)
    {
        var found = new List<TomlEntry>();
        try
        {
            // Validated: what comes twice is fatal to a strict parser, and Tomlyn's parser alone would let it pass.
            DocumentSyntax document = SyntaxParser.ParseStrict(text, sourceName: null, validate: true);
            foreach (KeyValueSyntax item in document.KeyValues)
            {
                Add(found, [], item);
            }

            foreach (TableSyntaxBase table in document.Tables)
            {
                string[] path = PathOf(table.Name!);
                found.Add(new TomlEntry(path, table is TableSyntax ? TomlEntryKind.Table : TomlEntryKind.Other, string.Empty, LineOf(table)));
                foreach (KeyValueSyntax item in table.Items)
                {
                    Add(found, path, item);
                }
            }
        }
        catch (TomlException e)
        {
            problem = $"it is no TOML ({Printable.Text(e.Message)})";
            return null;
        }

        TomlEntry? twice = found.GroupBy(entry => string.Join('\0', entry.Path)).FirstOrDefault(same => same.Count() > 1)?.Last();
        problem = twice is null ? string.Empty : $"line {twice.Line}: {twice.Name} comes twice";
        return twice is null ? found : null;
    }

    private static void Add(List<TomlEntry> found, string[] above, KeyValueSyntax item)
    {
        string[] path = [.. above, .. PathOf(item.Key!)];
        (TomlEntryKind kind, string text) = item.Value switch
        {
            StringValueSyntax value => (TomlEntryKind.Text, value.Value ?? string.Empty),
            IntegerValueSyntax value => (TomlEntryKind.Number, value.Value.ToString(CultureInfo.InvariantCulture)),
            BooleanValueSyntax value => (TomlEntryKind.Flag, value.Value ? "true" : "false"),
            InlineTableSyntax => (TomlEntryKind.Table, string.Empty),
            _ => (TomlEntryKind.Other, string.Empty),
        };
        found.Add(new TomlEntry(path, kind, text, LineOf(item)));
        if (item.Value is InlineTableSyntax table)
        {
            foreach (InlineTableItemSyntax inner in table.Items)
            {
                Add(found, path, inner.KeyValue!);
            }
        }
    }

    private static string[] PathOf(KeySyntax name) => [NameOf(name.Key!), .. name.DotKeys.Select(dotted => NameOf(dotted.Key!))];

    private static string NameOf(BareKeyOrStringValueSyntax name) => name switch
    {
        StringValueSyntax quoted => quoted.Value ?? string.Empty,
        BareKeySyntax bare => bare.Key?.Text ?? string.Empty,
        _ => name.ToString().Trim(),
    };

    private static int LineOf(SyntaxNode node) => node.Span.Start.Line + 1;
}
