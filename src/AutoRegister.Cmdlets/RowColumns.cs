using System.Management.Automation;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Line;

namespace AutoRegister.Cmdlets;

/// <summary>
/// The columns of rows that are bound by property name. PowerShell binds what it knows and drops the rest without a word; here a name that
/// is nearly a known one is an error before the row's device is touched, and any other is the user's own.
/// </summary>
/// <param name="columns">The known columns: names and aliases, and the parameter each belongs to.</param>
/// <param name="given">The parameters that are given otherwise, on the command line: their columns are missed by nobody.</param>
internal sealed class RowColumns(IReadOnlyDictionary<string, string> columns, IEnumerable<string> given)
{
    private readonly HashSet<string> given = [.. given];
    private string looked = string.Empty;

    /// <summary>The columns of a cmdlet.</summary>
    /// <param name="cmdlet">The cmdlet, before its first row.</param>
    /// <param name="set">The parameter set that takes rows.</param>
    internal static RowColumns Of(PSCmdlet cmdlet, string set)
    {
        var columns = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (ParameterMetadata parameter in ((CmdletInfo)cmdlet.MyInvocation.MyCommand).Parameters.Values)
        {
            if (parameter.ParameterSets.TryGetValue(set, out ParameterSetMetadata? own) && own.ValueFromPipelineByPropertyName)
            {
                columns[parameter.Name] = parameter.Name;
                foreach (string alias in parameter.Aliases)
                {
                    columns[alias] = parameter.Name;
                }
            }
        }

        return new RowColumns(columns, cmdlet.MyInvocation.BoundParameters.Keys);
    }

    /// <summary>Looks at the columns of a row. Rows of a list have the same ones, and are looked at once.</summary>
    /// <param name="row">The row. Other objects than rows have properties of their own that nobody chose.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.SettingInvalid"/> naming the column and the one that may be meant.</exception>
    internal void Check(PSObject? row)
    {
        if (row?.BaseObject is not PSCustomObject)
        {
            return;
        }

        string[] names = [.. row.Properties.Select(property => property.Name)];
        string all = string.Join('\n', names);
        if (all == looked)
        {
            return;
        }

        HashSet<string> there = [.. given, .. names.Where(columns.ContainsKey).Select(name => columns[name])];
        string[] missing = [.. columns.Where(column => !there.Contains(column.Value)).Select(column => column.Key)];
        foreach (string name in names.Where(name => !columns.ContainsKey(name)))
        {
            if (ListColumns.Near(name, missing) is string meant)
            {
                throw new AutoRegisterException(
                    ErrorId.SettingInvalid,
                    $"The row has a column '{Printable.Text(name)}', which is not known. Is it '{meant}'?",
                    "Correct the name in the list; a column of your own needs a name that is not so near.",
                    name);
            }
        }

        looked = all;
    }

    /// <summary>Requires that something that came through the pipeline says something about a device.</summary>
    /// <param name="bound">The parameters that are given for it.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.SettingInvalid"/>.</exception>
    internal void RequireAny(IEnumerable<string> bound)
    {
        if (!bound.Any(columns.Values.Contains))
        {
            throw new AutoRegisterException(
                ErrorId.SettingInvalid,
                "What came through the pipeline has no column that is known.",
                $"Give rows with one or more of {string.Join(", ", columns.Keys)}, or the values as parameters, from script blocks.");
        }
    }
}
