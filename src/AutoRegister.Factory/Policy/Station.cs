using System.Net;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Ledger;

namespace AutoRegister.Factory.Policy;

/// <summary>A station of the factory line: who may register devices, how many, from where, until when and into what.</summary>
internal sealed record Station
{
    /// <summary>Its name, as the audit and the devices it registers tell it.</summary>
    public required string Name { get; init; }

    /// <summary>The groups it may put devices into; null for any.</summary>
    public IReadOnlyList<string>? Groups { get; init; }

    /// <summary>The tags it may give devices; null for any.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>Whether it may register production devices.</summary>
    public bool Production { get; init; }

    /// <summary>Where it may come from; null for anywhere.</summary>
    public IReadOnlyList<string>? Addresses { get; init; }

    /// <summary>Whether it is the device gateway: that is told whom to turn away, and registers nobody.</summary>
    public bool Gateway { get; init; }

    /// <summary>How many devices it may register; null for any number.</summary>
    public long? DeviceLimit { get; init; }

    /// <summary>How many it has registered.</summary>
    public long Devices { get; init; }

    /// <summary>Before that it may not yet.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>From then on it may no longer.</summary>
    public DateTimeOffset? NotAfter { get; init; }

    /// <summary>When its rights were taken away.</summary>
    public DateTimeOffset? Revoked { get; init; }

    /// <summary>Why it may do nothing at all now from there; null when it may.</summary>
    public Refusal? ComplaintOf(DateTimeOffset now, IPAddress? address) => this switch
    {
        { Revoked: { } revoked } => Refusal.Forbidden($"The station {Name} was revoked on {revoked:yyyy-MM-dd}"),
        { NotBefore: { } from } when now < from => Refusal.Forbidden($"The station {Name} may register devices from {from:yyyy-MM-dd HH:mm'Z'} on"),
        { NotAfter: { } until } when now >= until => Refusal.Forbidden($"The station {Name} could register devices until {until:yyyy-MM-dd HH:mm'Z'}"),
        { Addresses: { } ranges } when !AddressRanges.Parse(ranges, Name).Contain(address) => Refusal.Forbidden($"The station {Name} may not come from this address"),
        _ => null,
    };

    /// <summary>What a device becomes that it registers, or why it may not register that one.</summary>
    public Admission TermsFor(RegistrationTerms asked)
    {
        if (DeviceLimit is { } limit && Devices >= limit)
        {
            return Admission.Refused(Refusal.Forbidden($"The station {Name} has registered the {limit} devices it may"));
        }

        if (asked.Production && !Production)
        {
            return Admission.Refused(Refusal.Forbidden($"The station {Name} may not register production devices"));
        }

        // A station for one group need not say which.
        string? group = asked.Group ?? (Groups is [var only] ? only : null);
        if (Groups is not null && (group is null || !Groups.Contains(group)))
        {
            return Admission.Refused(Refusal.Forbidden($"The station {Name} may register devices of the groups {string.Join(", ", Groups)} only"));
        }

        if (Tags is not null && asked.Tags is { } tags && tags.Split(',').FirstOrDefault(tag => !Tags.Contains(tag.Trim())) is { } other)
        {
            return Admission.Refused(Refusal.Forbidden($"The station {Name} may not give devices the tag {FieldRules.Quote(other)}"));
        }

        return Admission.Granted(asked with { Group = group });
    }
}
