using System.Security.Cryptography;
using AutoRegister.Core.Errors;
using AutoRegister.Factory.Base;

namespace AutoRegister.Factory.Pki;

/// <summary>
/// A device CA's key in a PKCS#11 token, by the code that devices use for theirs. A token that went away is looked for again: the
/// session is ended, the module finalised and loaded anew, one login made. A PIN that was refused is not tried again, ever: a server
/// that retries locks the token.
/// </summary>
/// <remarks>
/// One session, and one signature at a time: the core serves each module one call at a time, because not every module that promises
/// thread safety keeps it. More sessions would wait at the same door. Whoever waits here holds no thread.
/// </remarks>
internal sealed class TokenDeviceCaKey : IDeviceCaKey
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Recent = TimeSpan.FromSeconds(10);

    private readonly TokenKeySettings settings;
    private readonly PkiReport observer;
    private readonly Action<string> report;
    private readonly TimeProvider clock;
    private readonly SemaphoreSlim turn = new(1);
    private TokenKeySession? session;
    private DeviceCaUnavailableException? failure;
    private long failedAt;
    private long signedAt;

    private TokenDeviceCaKey(TokenKeySettings settings, Action<string> report, TimeProvider clock)
    {
        this.settings = settings;
        this.report = report;
        this.clock = clock;
        observer = new PkiReport(report);
        session = TokenKeySession.Open(settings, observer);
        signedAt = clock.GetTimestamp();
        PublicKey = session.PublicKey;
        if (PublicKey.Algorithm != SubjectPublicKey.EllipticCurve)
        {
            session.Dispose();
            throw new ExitException(ExitCode.Configuration, $"The key {settings.Key} in {settings.Hsm} is no EC key: the device CA signs with ECDSA");
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
        await turn.WaitAsync(cancellation);
        try
        {
            // The call blocks its thread for as long as the token takes.
            return await Task.Run(() => Sign(toBeSigned.Span), CancellationToken.None);
        }
        finally
        {
            turn.Release();
        }
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
        turn.Wait();
        Close();
        settings.Dispose();
        turn.Dispose();
    }

    private byte[] Sign(ReadOnlySpan<byte> toBeSigned)
    {
        if (session is not null)
        {
            try
            {
                return Signed(session.Sign(toBeSigned));
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
            session = TokenKeySession.Open(settings, observer);
            RequireSameKey();
            byte[] signature = Signed(session.Sign(toBeSigned));
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
        if (!session!.PublicKey.Equals(PublicKey))
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
        session?.Dispose();
        session = null;
    }

    private static bool IsAboutPin(ErrorId id) => id is ErrorId.HsmPinRejected or ErrorId.HsmPinLocked or ErrorId.HsmPinFinalTry
        or ErrorId.HsmPinExpired or ErrorId.HsmPinLength or ErrorId.HsmPinNotInitialized;

    private static string Words(AutoRegisterException e) => $"{e.Message} {e.RecommendedAction}";
}
