using System.Globalization;
using System.Management.Automation;
using System.Text.RegularExpressions;

namespace AutoRegister.Cmdlets;

/// <summary>Takes <c>30s</c>, <c>10m</c>, <c>2h</c> or <c>1d</c> where a time span is meant, the same in every culture; leaves everything else to PowerShell.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed partial class DurationTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (value is not string text || Form().Match(text) is not { Success: true } match)
        {
            return inputData;
        }

        double number = double.Parse(match.Groups[1].ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture);
        try
        {
            return match.Groups[2].ValueSpan[0] switch
            {
                's' => TimeSpan.FromSeconds(number),
                'm' => TimeSpan.FromMinutes(number),
                'h' => TimeSpan.FromHours(number),
                _ => TimeSpan.FromDays(number),
            };
        }
        catch (OverflowException e)
        {
            throw new ArgumentTransformationMetadataException($"'{text}' is longer than a time span can be.", e);
        }
    }

    [GeneratedRegex("^(-?[0-9]{1,9}(?:\\.[0-9]{1,6})?)([smhd])$", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
