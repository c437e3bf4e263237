using System.Globalization;
using System.Management.Automation;
using System.Numerics;
using System.Text.RegularExpressions;

namespace AutoRegister.Cmdlets;

/// <summary>
/// Takes <c>30s</c>, <c>10m</c>, <c>2h</c> or <c>1d</c>, and a bare number as seconds, where a time span is meant, the same in every
/// culture; leaves everything else to PowerShell, to which a number would be ticks and <c>"5"</c> five days.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed partial class DurationTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        bool isNumber = value is sbyte or byte or short or ushort or int or uint or long or ulong or float or double or decimal or BigInteger;
        string? text = isNumber || value is string ? Convert.ToString(value, CultureInfo.InvariantCulture)!.Trim() : null;
        if (text is null || Form().Match(text) is not { Success: true } match)
        {
            return isNumber ? throw new ArgumentTransformationMetadataException($"'{text}' is no number of seconds that a time span can have.") : inputData;
        }

        double number = double.Parse(match.Groups[1].ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture);
        try
        {
            return match.Groups[2].Value switch
            {
                "" or "s" => TimeSpan.FromSeconds(number),
                "m" => TimeSpan.FromMinutes(number),
                "h" => TimeSpan.FromHours(number),
                _ => TimeSpan.FromDays(number),
            };
        }
        catch (OverflowException e)
        {
            throw new ArgumentTransformationMetadataException($"'{text}' is longer than a time span can be.", e);
        }
    }

    [GeneratedRegex("^(-?[0-9]{1,15}(?:\\.[0-9]{1,15})?)([smhd]?)$", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
