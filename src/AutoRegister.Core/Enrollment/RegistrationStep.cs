using System.Text.Json;
using AutoRegister.Core.Api;
using AutoRegister.Core.Base;
using AutoRegister.Core.Configuration;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Sota;
using AutoRegister.Core.X509;

namespace AutoRegister.Core.Enrollment;

/// <summary>
/// From a durable CSR to a durable, checked answer. That the request is sent is remembered before its first byte, so that a
/// later 409 is understood as the answer that was lost.
/// </summary>
internal sealed class RegistrationStep(DeviceKey key, RegistrationClient client, EnrollerOptions options, IRegistrationObserver observer)
    : EnrollmentStep<DeviceRegistration>(key.Config, observer)
{
    private JournalEntry current = null!;
    private int attempts;

    // An answer that came and could not be made durable: the next try writes it, and does not ask again.
    private RegistrationAnswer? unsaved;

    public override string Name => "register";

    protected override async Task<DeviceRegistration> RunAsync(CancellationToken cancellation)
    {
        JournalEntry? entry = Journal.Read(Observer);
        if (entry is null)
        {
            return Finished();
        }

        if (entry.Uuid != key.Uuid || entry.CertificateRequest != key.CertificateRequest)
        {
            throw Gone("belongs to another attempt than this key");
        }

        RegistrationAnswer? answer = entry.State == RegistrationState.AnswerReceived ? KeptAnswer.Read(Journal, entry, Config.TomlKeys, Observer) : null;
        if (answer is null && entry.State == RegistrationState.AnswerReceived && IsInPlace(entry))
        {
            Journal.RemoveAfterwards(Observer);
            return Finished();
        }

        if (answer is null && options.Provisioned is not null)
        {
            (entry, RegistrationAnswer own) = new ProvisionedCertificate(key, options.Provisioned, options.Time, Observer).Take(entry);
            return Describe(Remember(entry, own), own);
        }

        Observer.ReportStep(answer is null
            ? $"Registering device {Config.Name ?? entry.Uuid} with factory {entry.Factory} at {Config.DeviceApi}"
            : $"The answer for {entry.Uuid} is already here");

        // Written anew: whether the run that was the first to write it could make it durable is not known.
        current = answer is null ? entry : Remember(entry, answer);
        using var authority = new RequestAuthority(Config, client, options, Observer);
        var schedule = new RetrySchedule(options.RetryFor, Observer, options.Time, options.MaxAttempts, options.IsFinal);
        return await schedule.RunAsync(
            async token =>
            {
                answer ??= await TryAsync(authority, token).ConfigureAwait(false);

                // A clock that was set back meanwhile is waited for; the answer is here, and is not asked for twice.
                answer.Certificate.CheckTime(options.Time.GetUtcNow());
                return Describe(current, answer);
            },
            cancellation).ConfigureAwait(false);
    }

    private async Task<RegistrationAnswer> TryAsync(RequestAuthority authority, CancellationToken cancellation)
    {
        if (unsaved is not null)
        {
            current = Remember(current with { State = RegistrationState.AnswerReceived }, unsaved);
            return unsaved;
        }

        attempts++;

        // Before the ping: whoever must be asked for a right to register is asked first.
        await authority.BearerAsync(current.Uuid, cancellation).ConfigureAwait(false);
        await client.PingAsync(Config.DeviceApi, cancellation).ConfigureAwait(false);
        byte[]? body = null;
        while (body is null)
        {
            try
            {
                body = await SendAsync(authority, cancellation).ConfigureAwait(false);
            }
            catch (AutoRegisterException e) when (e.Id == ErrorId.DeviceConflict)
            {
                Resolve(e);
            }
        }

        RegistrationAnswer answer = unsaved = Check(current, body);
        current = Remember(current with { State = RegistrationState.AnswerReceived }, answer);
        Observer.ReportStep($"The factory issued certificate {answer.Certificate.Leaf.SerialNumber} for {current.Uuid}");
        return answer;
    }

    private async Task<byte[]> SendAsync(RequestAuthority authority, CancellationToken cancellation)
    {
        Secret? bearer = await authority.BearerAsync(current.Uuid, cancellation).ConfigureAwait(false);
        JournalEntry before = current;
        current = Remember(current with { State = RegistrationState.RequestSent });
        Journal.Storage.Settle();
        RegistrationRequest request = RegistrationRequestBuilder.Build(Config, current.Uuid, current.CertificateRequest, Observer);
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(request, EnrollmentJson.Default.RegistrationRequest);
        try
        {
            return await client.RegisterAsync(Config, bearer, body, cancellation).ConfigureAwait(false);
        }
        catch (AutoRegisterException e) when (LeavesNothing(e))
        {
            // Of an earlier request an answer may still be missing: the state goes back to what it was, and not further.
            current = Remember(before);
            throw;
        }
    }

    /// <summary>Whether no device can have come of a request: the API itself refused it, or no connection was made.</summary>
    private static bool LeavesNothing(AutoRegisterException e) => e.ServerAnswer is { IsRefusalOfTheApi: true } || e.NothingWasSent;

    private RegistrationAnswer Check(JournalEntry entry, byte[] body)
    {
        try
        {
            return RegistrationAnswer.Check(AnswerFiles.Parse(body), entry.Subject, entry.KeyFingerprint, now: null, Config.TomlKeys);
        }
        catch (AutoRegisterException e)
        {
            Observer.ReportDetail($"The answer was kept for a look at it: '{Journal.KeepRejectedAnswer(body)}' ({e.Id})");
            throw;
        }
    }

    /// <summary>Begins anew after a conflict, or says what a person must do.</summary>
    private void Resolve(AutoRegisterException conflict)
    {
        JournalEntry refused = current;
        if (ConflictRule.MayStartOver(refused, Config))
        {
            StartOver(refused);
            Observer.ReportWarning(
                $"{conflict.Message} An earlier request of this device was answered, and the answer was lost. "
                + $"It begins anew as {current.Uuid}; delete the device {refused.Uuid} in the factory.");
            return;
        }

        if (ConflictRule.GivesUpUuid(refused, Config))
        {
            StartOver(refused);
        }

        throw refused.UuidIsHardware ? HardwareUuid.Explain(refused, Config, conflict) : ConflictRule.Explain(conflict, refused, Config);
    }

    private void StartOver(JournalEntry refused)
    {
        using IKeyStore store = KeyStores.Open(Config, Journal, Observer);
        using IDeviceKey signer = store.Find(refused.KeyFingerprint) ?? throw Gone("names a key that is not there any more");
        JournalEntry fresh = refused with
        {
            State = RegistrationState.KeyMade,
            Uuid = DeviceUuid.NewRandom(),
            Restarts = refused.Restarts + 1,
            Orphans = [.. refused.Orphans, refused.Uuid],
        };
        fresh = fresh with { CertificateRequest = CertificateRequestBuilder.Build(fresh.Subject, signer) };
        store.MakeDurable();
        current = Remember(fresh);
    }

    private JournalEntry Remember(JournalEntry entry, RegistrationAnswer answer)
    {
        Journal.SaveAnswer(answer.Source.Body.Span);
        Remember(entry);
        Journal.Storage.Settle();
        return entry;
    }

    private JournalEntry Remember(JournalEntry entry)
    {
        Journal.Save(entry);
        return entry;
    }

    /// <summary>The answer is damaged, but everything of it was put in place before: asking again could only lose it.</summary>
    private bool IsInPlace(JournalEntry entry) =>
        InstalledCredentials.Inspect(Config.SotaPath) is { Complete: true, Certificate: { } certificate }
        && certificate.CommonName == entry.Uuid && certificate.KeyFingerprint == entry.KeyFingerprint;

    private DeviceRegistration Finished()
    {
        var installed = InstalledIdentity.Inspect(Config, Observer);
        if (!installed.Files.Any)
        {
            throw Gone("is gone");
        }

        if (installed.Problems.Count > 0)
        {
            throw installed.Broken(Config.SotaPath);
        }

        Observer.ReportStep($"Device already registered in '{Config.SotaPath}'");
        return new DeviceRegistration { Key = key with { State = RegistrationState.Registered }, State = RegistrationState.Registered };
    }

    private AutoRegisterException Gone(string what) => new(
        ErrorId.RegistrationIncomplete, $"The journal in '{Journal.JournalPath}' {what}.", "Begin again with New-HsmDeviceKey.", Config.SotaPath);

    private DeviceRegistration Describe(JournalEntry entry, RegistrationAnswer answer) => new()
    {
        Key = key with { Uuid = entry.Uuid, State = entry.State, CertificateRequest = entry.CertificateRequest },
        State = entry.State,
        Answer = answer,
        Attempts = attempts,
        Orphans = [.. entry.Orphans.Where(uuid => uuid != entry.Uuid)],
    };
}
