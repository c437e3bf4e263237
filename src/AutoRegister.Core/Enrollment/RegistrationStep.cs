using System.Text.Json;
using AutoRegister.Core.Certificates;
using AutoRegister.Core.Credentials;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Identity;
using AutoRegister.Core.Keys;

namespace AutoRegister.Core.Enrollment;

/// <summary>
/// From a durable CSR to a durable, checked answer. That the request is sent is remembered before its first byte, so that a
/// later 409 is understood as the answer that was lost.
/// </summary>
internal sealed class RegistrationStep(
    DeviceKey key, RegistrationClient client, RetrySchedule schedule, RequestAuthority authority, TimeProvider time, IRegistrationObserver observer,
    ProvisionedGateway? provisioned = null)
{
    private readonly EnrollmentJournal journal = new(key.Config.SotaPath);
    private int attempts;

    internal async Task<DeviceRegistration> RunAsync(CancellationToken cancellation)
    {
        JournalEntry? entry = journal.Read(observer);
        if (entry is null)
        {
            return Finished();
        }

        if (entry.Uuid != key.Uuid || entry.CertificateRequest != key.CertificateRequest)
        {
            throw Gone("belongs to another attempt than this key");
        }

        if (entry.State == RegistrationState.AnswerReceived && KeptAnswer.Read(journal, entry, time.GetUtcNow(), observer) is RegistrationAnswer kept)
        {
            observer.ReportStep($"The answer for {entry.Uuid} is already here");
            return Describe(entry, kept);
        }

        if (provisioned is not null)
        {
            (entry, RegistrationAnswer own) = new ProvisionedCertificate(key, provisioned, time, observer).Take(entry);
            return Describe(Remember(entry, own), own);
        }

        observer.ReportStep($"Registering device {key.Config.Name ?? entry.Uuid} with factory {entry.Factory} at {key.Config.DeviceApi}");
        return await schedule.RunAsync(
            async token =>
            {
                (entry, RegistrationAnswer answer) = await TryAsync(entry, token).ConfigureAwait(false);
                return Describe(entry, answer);
            },
            cancellation).ConfigureAwait(false);
    }

    private async Task<(JournalEntry Entry, RegistrationAnswer Answer)> TryAsync(JournalEntry entry, CancellationToken cancellation)
    {
        attempts++;
        Secret? bearer = await authority.BearerAsync(entry.Uuid, cancellation).ConfigureAwait(false);
        await client.PingAsync(key.Config.DeviceApi, cancellation).ConfigureAwait(false);
        entry = Remember(entry with { State = RegistrationState.RequestSent });
        byte[] body;
        try
        {
            body = await SendAsync(entry, bearer, cancellation).ConfigureAwait(false);
        }
        catch (AutoRegisterException e) when (e.Id == ErrorId.DeviceConflict && MayStartOver(entry))
        {
            entry = StartOver(entry, e);
            bearer = await authority.BearerAsync(entry.Uuid, cancellation).ConfigureAwait(false);
            body = await SendAsync(entry, bearer, cancellation).ConfigureAwait(false);
        }

        RegistrationAnswer answer = Check(entry, body);
        entry = Remember(entry with { State = RegistrationState.AnswerReceived }, answer);
        observer.ReportStep($"The factory issued certificate {answer.Certificate.Leaf.SerialNumber} for {entry.Uuid}");
        return (entry, answer);
    }

    private Task<byte[]> SendAsync(JournalEntry entry, Secret? bearer, CancellationToken cancellation)
    {
        RegistrationRequest request = RegistrationRequestBuilder.Build(key.Config, entry.Uuid, entry.CertificateRequest, observer);
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(request, EnrollmentJson.Default.RegistrationRequest);
        return client.RegisterAsync(key.Config, bearer, body, cancellation);
    }

    private RegistrationAnswer Check(JournalEntry entry, byte[] body)
    {
        try
        {
            return RegistrationAnswer.Check(body, entry.Subject, entry.KeyFingerprint, time.GetUtcNow());
        }
        catch (AutoRegisterException e)
        {
            observer.ReportDetail($"The answer was kept for a look at it: '{journal.KeepRejectedAnswer(body)}' ({e.Id})");
            throw;
        }
    }

    /// <summary>
    /// Only a UUID and a name of our own making may be replaced, with a key that can sign anew, and only once: a server that always
    /// says 409 must not fill up.
    /// </summary>
    private bool MayStartOver(JournalEntry entry) =>
        entry.UuidIsOurs && key.Config.Name is null && entry.Restarts == 0 && !entry.KeyIsElsewhere;

    private JournalEntry StartOver(JournalEntry entry, AutoRegisterException conflict)
    {
        using IKeyPlace place = KeyPlaces.Open(key.Config, journal, observer);
        using IDeviceKey signer = place.Find(entry.KeyFingerprint) ?? throw Gone("names a key that is not there any more");
        JournalEntry fresh = entry with { Uuid = DeviceUuid.NewRandom(), Restarts = entry.Restarts + 1, Orphans = [.. entry.Orphans, entry.Uuid] };
        fresh = fresh with { CertificateRequest = CertificateRequestBuilder.Build(fresh.Subject, signer) };
        place.MakeDurable();
        observer.ReportWarning(
            $"{conflict.Message} An earlier request of this device was answered, and the answer was lost. "
            + $"It begins anew as {fresh.Uuid}; delete the device {entry.Uuid} in the factory.");
        return Remember(fresh);
    }

    private JournalEntry Remember(JournalEntry entry, RegistrationAnswer answer)
    {
        journal.SaveAnswer(answer.Files);
        return Remember(entry);
    }

    private JournalEntry Remember(JournalEntry entry)
    {
        journal.Save(entry);
        return entry;
    }

    private DeviceRegistration Finished()
    {
        if (!InstalledCredentials.Inspect(key.Config.SotaPath).Complete)
        {
            throw Gone("is gone");
        }

        observer.ReportStep($"Device already registered in '{key.Config.SotaPath}'");
        return new DeviceRegistration { Key = key with { State = RegistrationState.Registered }, State = RegistrationState.Registered };
    }

    private AutoRegisterException Gone(string what) => new(
        ErrorId.RegistrationIncomplete, $"The journal in '{journal.JournalPath}' {what}.", "Begin again with New-HsmDeviceKey.", key.Config.SotaPath);

    private DeviceRegistration Describe(JournalEntry entry, RegistrationAnswer answer) => new()
    {
        Key = key with { Uuid = entry.Uuid, State = entry.State, CertificateRequest = entry.CertificateRequest },
        State = entry.State,
        Answer = answer,
        Attempts = attempts,
        Orphans = entry.Orphans,
    };
}
