using AutoRegister.Factory.Base;

namespace AutoRegister.Factory.Ledger;

/// <summary>Enters devices into the ledger. What is decided here is decided once: the same request gets the same answer.</summary>
internal sealed class DeviceRegistry(LedgerWriter writer, RefusalAudit refusals, TimeProvider clock)
{
    /// <summary>How the audit calls a registration.</summary>
    public const string Action = "register";

    /// <summary>
    /// Enters a device with the draft of its certificate, or finds it as it was entered: by the same key, whatever the
    /// request for it looks like today.
    /// </summary>
    /// <param name="draft">Makes the draft and the device's sota.toml from what the policy has granted. May be called more than once.</param>
    /// <exception cref="RefusedException">Its UUID, name or key is another's, the policy says no, or it was revoked.</exception>
    public async Task<RegisteredDevice> RegisterAsync(
        DeviceClaim claim, Applicant applicant, IAdmissionPolicy policy, Func<RegistrationTerms, (CertificateDraft Certificate, string SotaToml)> draft)
    {
        (RegisteredDevice? device, Refusal? refusal) = await writer.DoAsync(session =>
        {
            DateTimeOffset now = clock.GetUtcNow();
            (RegisteredDevice? Device, Refusal? Refusal) outcome = Register(session, claim, applicant, policy, draft, now);
            if (outcome.Refusal is { } no && applicant.Station is not null)
            {
                AuditTrail.Append(session, now, Refused(applicant, claim.Uuid, no.Reason));
            }

            return outcome;
        });
        if (refusal is not null && applicant.Station is null)
        {
            await refusals.RecordAsync(Refused(applicant, claim.Uuid, refusal.Reason));
        }

        return device ?? throw new RefusedException(refusal!);
    }

    /// <summary>Writes down a request that was refused before the ledger was asked: each of a station's, and those of others as <see cref="RefusalAudit"/> has them.</summary>
    public Task RefusedAsync(Applicant applicant, string? uuid, string reason) => applicant.Station is null
        ? refusals.RecordAsync(Refused(applicant, uuid, reason))
        : writer.DoAsync(session =>
        {
            AuditTrail.Append(session, clock.GetUtcNow(), Refused(applicant, uuid, reason));
            return true;
        });

    private static AuditEntry Refused(Applicant applicant, string? uuid, string reason) => new(applicant.Actor, Action)
    {
        Address = applicant.Address, Uuid = uuid, Reason = reason, Refused = true,
    };

    private static (RegisteredDevice? Device, Refusal? Refusal) Register(
        LedgerSession session, DeviceClaim claim, Applicant applicant, IAdmissionPolicy policy,
        Func<RegistrationTerms, (CertificateDraft Certificate, string SotaToml)> draft, DateTimeOffset now)
    {
        KnownKey? key = session.First(
            "SELECT uuid, retired FROM keys WHERE sha256 = $1", row => new KnownKey(row.GetString(0), row.NumberOrNull(1)), claim.PublicKeySha256);
        if (key is not null && key.Uuid != claim.Uuid)
        {
            return (null, Refusal.Conflict($"This key is the device {key.Uuid}'s: an image that holds a device's key must not be copied"));
        }

        KnownDevice? device = session.First(
            "SELECT name, device_group, created, station, rekey_until, revoked, revoked_reason, sota_toml, asked_name, tags, production FROM devices WHERE uuid = $1",
            row => new KnownDevice(
                row.GetString(0), row.TextOrNull(1), row.TimeOrNull(2)!.Value, row.TextOrNull(3), row.NumberOrNull(4), row.TimeOrNull(5), row.TextOrNull(6), row.GetString(7),
                row.GetString(8), row.TextOrNull(9), row.GetBoolean(10)),
            claim.Uuid);
        if (device is null)
        {
            return Enter(session, claim, applicant, policy, draft, now);
        }

        if (device.Revoked is { } revoked)
        {
            return (null, Refusal.Forbidden($"The device {claim.Uuid} was revoked on {revoked:yyyy-MM-dd}: {device.RevokedReason}"));
        }

        if (device.AskedName != claim.Name)
        {
            return (null, Refusal.Conflict($"A device with the uuid {claim.Uuid} exists, under the name {device.Name}"));
        }

        return key switch
        {
            { Retired: null } => Again(session, claim, applicant, device, draft, now),
            { } => (null, Refusal.Forbidden("This key was replaced by another, and is no longer the device's")),
            null when device.RekeyUntil is { } until && until > now.ToUnixTimeMilliseconds() => Rekey(session, claim, applicant, policy, device, draft, now),
            null => (null, Refusal.Conflict(
                $"A device with the uuid {claim.Uuid} exists: registered on {device.Created:yyyy-MM-dd HH:mm:ss'Z'} by {device.Station ?? "itself"} with another key")),
        };
    }

    private static (RegisteredDevice?, Refusal?) Enter(
        LedgerSession session, DeviceClaim claim, Applicant applicant, IAdmissionPolicy policy,
        Func<RegistrationTerms, (CertificateDraft Certificate, string SotaToml)> draft, DateTimeOffset now)
    {
        Admission admission = policy.Admit(session, claim, applicant, now);
        if (admission.Grant is not { } terms)
        {
            return (null, admission.Refusal);
        }

        string folded = DeviceClaim.Fold(terms.Name);
        if (session.First("SELECT name FROM devices WHERE name_folded = $1", row => row.GetString(0), folded) is not null)
        {
            return (null, Refusal.Conflict($"A device with the name {terms.Name} exists"));
        }

        (CertificateDraft? certificate, string? sotaToml) = draft(terms);
        long time = now.ToUnixTimeMilliseconds();
        session.Run(
            """
            INSERT INTO devices (uuid, name, name_folded, asked_name, device_group, hardware_id, tags, production, sota_toml, station, created, registrations)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1)
            """,
            claim.Uuid, terms.Name, folded, claim.Name, terms.Group, claim.HardwareId, terms.Tags, terms.Production, sotaToml, applicant.Station, time);
        session.Run("INSERT INTO keys (sha256, uuid, created) VALUES ($1, $2, $3)", claim.PublicKeySha256, claim.Uuid, time);
        return (Claim(session, claim, applicant, certificate, "registration", sotaToml, now), null);
    }

    private static (RegisteredDevice?, Refusal?) Again(
        LedgerSession session, DeviceClaim claim, Applicant applicant, KnownDevice device,
        Func<RegistrationTerms, (CertificateDraft Certificate, string SotaToml)> draft, DateTimeOffset now)
    {
        session.Run("UPDATE devices SET registrations = registrations + 1 WHERE uuid = $1", claim.Uuid);
        RegisteredDevice? known = session.First(
            "SELECT serial, to_be_signed, certificate FROM certificates WHERE key_sha256 = $1 AND state <> 'void' ORDER BY created DESC LIMIT 1",
            row => new RegisteredDevice(new CertificateClaim(claim.Uuid, row.GetString(0), row.GetFieldValue<byte[]>(1)), row.TextOrNull(2), device.SotaToml),
            claim.PublicKeySha256);
        return (known ?? Claim(session, claim, applicant, draft(device.Terms).Certificate, "registration", device.SotaToml, now), null);
    }

    private static (RegisteredDevice?, Refusal?) Rekey(
        LedgerSession session, DeviceClaim claim, Applicant applicant, IAdmissionPolicy policy, KnownDevice device,
        Func<RegistrationTerms, (CertificateDraft Certificate, string SotaToml)> draft, DateTimeOffset now)
    {
        if (policy.ComplaintAboutRekey(session, claim, device.Terms, applicant, now) is { } complaint)
        {
            return (null, complaint);
        }

        (CertificateDraft? certificate, string? sotaToml) = draft(device.Terms);
        long time = now.ToUnixTimeMilliseconds();
        session.Run("UPDATE keys SET retired = $2 WHERE uuid = $1 AND retired IS NULL", claim.Uuid, time);
        session.Run(
            "UPDATE devices SET rekey_until = NULL, sota_toml = $2, registrations = registrations + 1 WHERE uuid = $1", claim.Uuid, sotaToml);
        session.Run("INSERT INTO keys (sha256, uuid, created) VALUES ($1, $2, $3)", claim.PublicKeySha256, claim.Uuid, time);
        return (Claim(session, claim, applicant, certificate, "rekey", sotaToml, now), null);
    }

    private static RegisteredDevice Claim(
        LedgerSession session, DeviceClaim claim, Applicant applicant, CertificateDraft draft, string kind, string sotaToml, DateTimeOffset now)
    {
        CertificateClaims.Enter(session, claim.Uuid, claim.PublicKeySha256, kind, draft, now);
        AuditTrail.Append(session, now, new AuditEntry(applicant.Actor, kind == "rekey" ? kind : Action)
        {
            Address = applicant.Address, Uuid = claim.Uuid, Serial = draft.Serial,
        });
        return new RegisteredDevice(new CertificateClaim(claim.Uuid, draft.Serial, draft.ToBeSigned), null, sotaToml);
    }

    private sealed record KnownKey(string Uuid, long? Retired);

    private sealed record KnownDevice(
        string Name, string? Group, DateTimeOffset Created, string? Station, long? RekeyUntil, DateTimeOffset? Revoked, string? RevokedReason,
        string SotaToml, string AskedName, string? Tags, bool Production)
    {
        // A repaired board stays what it was: its request may say otherwise, the ledger does not.
        public RegistrationTerms Terms => new(Name, Group, Tags, Production);
    }
}
