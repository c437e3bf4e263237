using System.Net;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Ledger;

namespace AutoRegister.Factory.Policy;

/// <summary>Which devices are registered without a person's word.</summary>
internal enum AdmissionMode
{
    /// <summary>Those on the allow-list.</summary>
    Expected,

    /// <summary>Those on the allow-list; others that a station registers, once a person has accepted them.</summary>
    Pending,

    /// <summary>Every device that a station registers.</summary>
    Stations,
}

/// <summary>The rules of production: who may register which device as what. A request alone decides nothing.</summary>
/// <param name="tags">The tags of this factory, where the configuration names them.</param>
internal sealed class AdmissionPolicy(AdmissionMode mode, IReadOnlyList<string>? tags) : IAdmissionPolicy
{
    /// <inheritdoc/>
    public Admission Admit(LedgerSession session, DeviceClaim claim, Applicant applicant, DateTimeOffset now)
    {
        // Once more, in this transaction: the station may have been revoked since it showed its token.
        Station? station = applicant.Station is { } name ? StationRegistry.FindByName(session, name) : null;
        if (station?.ComplaintOf(now, AddressOf(applicant)) is { } complaint)
        {
            return Admission.Refused(complaint);
        }

        var expected = ExpectedDevice.Find(session, claim);
        Refusal? refusal = expected is not null ? expected.ComplaintAbout(claim) : Unexpected(session, claim, applicant, now);
        if (refusal is not null)
        {
            return Admission.Refused(refusal);
        }

        var asked = RegistrationTerms.AsAsked(claim);
        Admission admission = Terms(asked, expected, station);
        if (admission.Grant is { } terms)
        {
            if (OtherTag(terms.Tags) is { } other)
            {
                return Admission.Refused(Refusal.Forbidden($"The tag {FieldRules.Quote(other)} is none of this factory's"));
            }

            expected?.Use(session, claim.Uuid);
            if (station is not null)
            {
                StationRegistry.Count(session, station.Name);
            }
        }

        return admission;
    }

    /// <inheritdoc/>
    public Refusal? ComplaintAboutRekey(LedgerSession session, DeviceClaim claim, RegistrationTerms device, Applicant applicant, DateTimeOffset now)
    {
        if (applicant.Station is not { } name)
        {
            return ExpectedDevice.Find(session, claim) is null ? NotOnTheList(claim) : null;
        }

        // A repaired board is no further device, but it is one of a group, and of production or not.
        Station? station = StationRegistry.FindByName(session, name);
        return station?.ComplaintOf(now, AddressOf(applicant)) ?? (station is null ? NotOnTheList(claim) : (station with { DeviceLimit = null }).TermsFor(device).Refusal);
    }

    private static IPAddress? AddressOf(Applicant applicant) => applicant.Address is { } text ? IPAddress.Parse(text) : null;

    private static Refusal NotOnTheList(DeviceClaim claim) => Refusal.Forbidden($"The device {claim.Uuid} is not on the allow-list");

    // Whoever can prove nothing is on the list, or stays out: a person would accept a name that anybody may give.
    private Refusal? Unexpected(LedgerSession session, DeviceClaim claim, Applicant applicant, DateTimeOffset now) => mode switch
    {
        AdmissionMode.Stations when applicant.Station is not null => null,
        AdmissionMode.Pending when applicant.Station is not null => PendingDevices.Ask(session, claim, applicant, now),
        _ => NotOnTheList(claim),
    };

    private Admission Terms(RegistrationTerms asked, ExpectedDevice? expected, Station? station)
    {
        RegistrationTerms terms = expected?.Over(asked) ?? asked;
        if (station is not null)
        {
            // What the list says is the factory's word; what it leaves open is within the station's rights.
            var limits = new RegistrationTerms(terms.Name, expected?.Group is null ? asked.Group : null, expected?.Tags is null ? asked.Tags : null, expected?.Production is null && asked.Production);
            Admission allowed = (expected?.Group is null ? station : station with { Groups = null }).TermsFor(limits);
            return allowed.Grant is { } grant
                ? Admission.Granted(terms with { Group = expected?.Group ?? grant.Group })
                : allowed;
        }

        // Whoever comes without a station has been found on the list.
        return Unbacked(asked, terms, expected!);
    }

    // Without a station there is only the list: what that leaves open, a device may not choose.
    private Admission Unbacked(RegistrationTerms asked, RegistrationTerms terms, ExpectedDevice expected)
    {
        if (asked.Group is not null && expected.Group != asked.Group)
        {
            return Admission.Refused(Refusal.Forbidden("The device may not choose its group: the allow-list or a station says it"));
        }

        if (asked.Production && expected.Production != true)
        {
            return Admission.Refused(Refusal.Forbidden("The device may not choose to be a production device: the allow-list or a station says it"));
        }

        return asked.Tags is not null && expected.Tags is null && tags is null
            ? Admission.Refused(Refusal.Forbidden("The device may not choose its tags: the allow-list, a station or the setting Devices:Tags says them"))
            : Admission.Granted(terms);
    }

    private string? OtherTag(string? given) =>
        tags is null ? null : given?.Split(',').FirstOrDefault(tag => !tags.Contains(tag.Trim()));
}
