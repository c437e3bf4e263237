using System.Security.Cryptography;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Pkcs11.Modules;
using AutoRegister.Factory.Base;

namespace AutoRegister.Factory.Pki;

/// <summary>
/// A device CA's key in a PKCS#11 token, by the code that devices use for theirs. A token that went away is looked for again: the
/// sessions are ended, the module finalised and loaded anew, one login made. A PIN that was refused is not tried again, ever: a server
/// that retries locks the token.
/// </summary>
/// <remarks>
/// One signature at a time, unless the settings say more: not every module that promises thread safety keeps it. Whoever waits here holds
/// no thread.
/// </remarks>
internal sealed class TokenDeviceCaKey : IDeviceCaKey
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Recent = TimeSpan.FromSeconds(10);

    private readonly TokenKeySettings settings;
    private readonly PkiReport observer;
    private readonly Action<string> report;
    private readonly TimeProvider clock;
    private readonly SemaphoreSlim turns;
    private readonly SemaphoreSlim alone = new(1);
    private TokenKeySessions? sessions;
    private DeviceCaUnavailableException? failure;
    private long failedAt;
    private long signedAt;

    private TokenDeviceCaKey(TokenKeySettings settings, Action<string> report, TimeProvider clock)
    {
        this.settings = settings;
        this.report = report;
        this.clock = clock;
        observer = new PkiReport(report);
        turns = new SemaphoreSlim(settings.Sessions);
        sessions = TokenKeySessions.Open(settings, observer);
        signedAt = clock.GetTimestamp();
        PublicKey = sessions.PublicKey;
        if (Unsuited(sessions.Token) is string problem)
        {
            sessions.Dispose();
            throw new ExitException(ExitCode.Configuration, problem);
        }
    }

    /// <inheritdoc/>
    public SubjectPublicKey PublicKey { get; }

    /// <summary>Finds the token and the key, logs in once, and proves the key with a signature.</summary>
    /// <param name="settings">Which key; disposed of with this.</param>
    /// <param name="report">Gets what an operator should know, line by line.</param>
    /// <exception cref="ExitException">
    /// <see cref="ExitCode.Configuration"/>: a wrong PIN, another token, no such key. <see cref="ExitCode.TemporaryFailure"/>: the token
    /// may come later.
    /// </exception>
    public static TokenDeviceCaKey Open(TokenKeySettings settings, Action<string> report, TimeProvider clock)
    {
        try
        {
            return new TokenDeviceCaKey(settings, report, clock);
        }
        catch (AutoRegisterException e)
        {
            settings.Dispose();
            throw new ExitException(e.Sort == FailureSort.TryAgain ? ExitCode.TemporaryFailure : ExitCode.Configuration, Words(e));
        }
        catch (ExitException)
        {
            settings.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> toBeSigned, CancellationToken cancellation = default)
    {
        await turns.WaitAsync(cancellation);
        try
        {
            // The call blocks its thread for as long as the token takes.
            if (await Task.Run(() => TrySign(toBeSigned.Span), CancellationToken.None) is byte[] signature)
            {
                return signature;
            }
        }
        finally
        {
            turns.Release();
        }

        return await SignAloneAsync(toBeSigned);
    }

    /// <inheritdoc/>
    public async ValueTask<DeviceCaHealth> CheckAsync(CancellationToken cancellation = default)
    {
        if (failure is { IsPermanent: true } refused)
        {
            return new DeviceCaHealth(refused.Message);
        }

        if (failure is null && clock.GetElapsedTime(Interlocked.Read(ref signedAt)) < Recent)
        {
            return DeviceCaHealth.Ready;
        }

        try
        {
            await SignAsync(RandomNumberGenerator.GetBytes(32), cancellation);
            return DeviceCaHealth.Ready;
        }
        catch (DeviceCaUnavailableException e)
        {
            return new DeviceCaHealth(e.Message);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        alone.Wait();
        for (int taken = 0; taken < settings.Sessions; taken++)
        {
            turns.Wait();
        }

        Close();
        settings.Dispose();
        turns.Dispose();
        alone.Dispose();
    }

    private string? Unsuited(TokenInfo token) =>
        PublicKey.Algorithm != SubjectPublicKey.EllipticCurve ? $"The key {settings.Key} in {settings.Hsm} is no EC key: the device CA signs with ECDSA"
        : settings.Sessions > 1 && token.IsSoftHsm
            ? $"{token} signs in one session only: SoftHSM2 fails when threads meet in it (its issues 464, 573 and 688). Leave Pki:DeviceCaSessions at 1"
        : null;

    // Why it failed is said where it is tried again, and fails again.
    private byte[]? TrySign(ReadOnlySpan<byte> toBeSigned)
    {
        try
        {
            return sessions is null ? null : Signed(sessions.Sign(toBeSigned));
        }
        catch (AutoRegisterException)
        {
            return null;
        }
    }

    // The module can be finalised only when nobody is in it.
    private async Task<byte[]> SignAloneAsync(ReadOnlyMemory<byte> toBeSigned)
    {
        await alone.WaitAsync();
        for (int taken = 0; taken < settings.Sessions; taken++)
        {
            await turns.WaitAsync();
        }

        try
        {
            return await Task.Run(() => SignAlone(toBeSigned.Span));
        }
        finally
        {
            turns.Release(settings.Sessions);
            alone.Release();
        }
    }

    private byte[] SignAlone(ReadOnlySpan<byte> toBeSigned)
    {
        if (sessions is not null)
        {
            try
            {
                return Signed(sessions.Sign(toBeSigned));
            }
            catch (AutoRegisterException e)
            {
                // Removed, reset, logged out by somebody, its daemon restarted: modules say it in many ways, and the cure is one.
                report($"warning: The device CA's token is looked for again. {e.Message}");
                Close();
            }
        }

        if (failure is not null && (failure.IsPermanent || clock.GetElapsedTime(failedAt) < Pause))
        {
            throw failure;
        }

        try
        {
            sessions = TokenKeySessions.Open(settings, observer);
            RequireSameKey();
            byte[] signature = Signed(sessions.Sign(toBeSigned));
            report("The device CA's token is back.");
            return signature;
        }
        catch (AutoRegisterException e)
        {
            throw Failed(new DeviceCaUnavailableException(Words(e), IsAboutPin(e.Id), e));
        }
    }

    private void RequireSameKey()
    {
        if (!sessions!.PublicKey.Equals(PublicKey))
        {
            throw Failed(new DeviceCaUnavailableException(
                $"The key {settings.Key} in {settings.Hsm} is another one than when lmp-factory was started: put the device CA's token back.", isPermanent: false));
        }
    }

    private byte[] Signed(byte[] signature)
    {
        Interlocked.Exchange(ref signedAt, clock.GetTimestamp());
        failure = null;
        return signature;
    }

    private DeviceCaUnavailableException Failed(DeviceCaUnavailableException why)
    {
        Close();
        failedAt = clock.GetTimestamp();
        failure = why;
        report($"warning: The device CA's key cannot sign{(why.IsPermanent ? ", and will not until lmp-factory is started again" : "")}. {why.Message}");
        return why;
    }

    private void Close()
    {
        sessions?.Dispose();
        sessions = null;
    }

    private static bool IsAboutPin(ErrorId id) => id is ErrorId.HsmPinRejected or ErrorId.HsmPinLocked or ErrorId.HsmPinFinalTry
        or ErrorId.HsmPinExpired or ErrorId.HsmPinLength or ErrorId.HsmPinNotInitialized;

    private static string Words(AutoRegisterException e) => $"{e.Message} {e.RecommendedAction}";
}
