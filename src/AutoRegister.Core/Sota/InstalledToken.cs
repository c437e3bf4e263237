using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Pkcs11.Modules;
using AutoRegister.Core.Pkcs11.Settings;
using AutoRegister.Core.X509;

namespace AutoRegister.Core.Sota;

/// <summary>
/// What a registered device has in its token, found by the ids that <c>sota.toml</c> names, as the OTA client finds it: after a
/// renewal those are others than before. One login is made, with the OTA client's own PIN, and only while the token reports no wrong one.
/// </summary>
internal sealed class InstalledToken(InstalledCredentials installed, HsmSettings hsm, IRegistrationObserver observer)
{
    private readonly SotaToml toml = installed.Toml!;
    private readonly List<string> problems = [];

    /// <summary>What is missing or does not fit, one sentence each.</summary>
    internal IReadOnlyList<string> Problems => problems;

    /// <summary>The device certificate in the token; <see langword="null"/> when there is none that can be read.</summary>
    internal IssuedCertificate? Certificate { get; private set; }

    /// <summary>Looks; nothing is changed.</summary>
    /// <exception cref="AutoRegisterException">The token cannot be had: it may come later in the boot.</exception>
    internal void Inspect(string rootText, string? chainText)
    {
        // Loaded once for both sessions.
        using var module = Pkcs11Module.Open(hsm, observer);
        using (var session = TokenSession.OpenPublic(hsm, observer))
        {
            InspectCertificate(session, rootText, chainText);
            if (Certificate is null || problems.Count > 0 || !MayLogIn(session.Token))
            {
                return;
            }
        }

        try
        {
            using var session = TokenSession.Open(hsm, mayInitialize: false, observer);
            InspectKey(session);
            session.MakeDurable();
        }
        catch (AutoRegisterException e) when (e.Id is ErrorId.HsmPinRejected or ErrorId.HsmPinLength or ErrorId.HsmKeyUnusable)
        {
            problems.Add(e.Id == ErrorId.HsmKeyUnusable ? e.Message.TrimEnd('.') : $"the PIN in sota.toml is not the token's, and the OTA client would try it until the token is locked ({e.Message.TrimEnd('.')})");
        }
    }

    private void InspectCertificate(TokenSession session, string rootText, string? chainText)
    {
        IReadOnlyList<TokenObject> objects = session.FindObjects(hsm.Objects);
        TokenObject[] named = [.. objects.Where(o => o.Kind == TokenObjectKind.Certificate && o.Id == toml.TokenCertificateId)];
        if (named.Length == 0)
        {
            problems.Add($"{session.Token} holds no certificate with id {toml.TokenCertificateId}, which sota.toml names");
            return;
        }

        string pem = Pem.Encode("CERTIFICATE", session.ReadCertificate(named[^1]) ?? []);
        try
        {
            Certificate = IssuedCertificate.Parse(pem);
        }
        catch (AutoRegisterException)
        {
            problems.Add($"the {named[^1]} in {session.Token} cannot be read");
            return;
        }

        TokenObject[] keys = [.. objects.Where(o => o.Kind == TokenObjectKind.PublicKey && o.Id == toml.TokenKeyId && o.PublicKeyHash is not null)];
        if (keys.Length > 0 && keys.All(o => o.PublicKeyHash != Certificate.KeyFingerprint))
        {
            problems.Add($"the key with id {toml.TokenKeyId} and the certificate with id {toml.TokenCertificateId} in {session.Token} are not a pair");
        }

        problems.AddRange(new InstalledChain(rootText, pem, chainText, installed.Record).FindProblems().Select(problem => $"in {session.Token}: {problem}"));
        CompareWithFile(session.Token);
    }

    // The file is a copy that a renewal need not replace; the OTA client does not use it.
    private void CompareWithFile(TokenInfo token)
    {
        if (installed.Certificate is not IssuedCertificate file || Certificate is null)
        {
            return;
        }

        if (file.CommonName != Certificate.CommonName)
        {
            problems.Add($"client.pem is for the device '{Printable.Text(file.CommonName)}', and the certificate in {token} for '{Printable.Text(Certificate.CommonName)}'");
        }
        else if (file.KeyFingerprint == Certificate.KeyFingerprint && !file.Leaf.RawDataMemory.Span.SequenceEqual(Certificate.Leaf.RawDataMemory.Span))
        {
            problems.Add($"client.pem and the certificate in {token} are for the same key and are not the same: one of them is damaged");
        }
    }

    private bool MayLogIn(TokenInfo token)
    {
        if (token.UserPin == PinState.Locked)
        {
            problems.Add($"the user PIN of {token} is locked");
        }
        else if (token.UserPin is not (PinState.Ready or PinState.ToBeChanged))
        {
            observer.ReportWarning($"{token} reports a wrong or missing user PIN: no PIN was tried, and its private key was not looked for.");
        }

        return token.UserPin is PinState.Ready or PinState.ToBeChanged && !token.HasProtectedAuthenticationPath;
    }

    private void InspectKey(TokenSession session)
    {
        if (session.FindObjects(hsm.Objects).FirstOrDefault(o => o.Kind == TokenObjectKind.PrivateKey && o.Id == toml.TokenKeyId) is TokenObject key)
        {
            session.Prove(key, Certificate!.Leaf.PublicKey.ExportSubjectPublicKeyInfo());
        }
        else
        {
            problems.Add($"{session.Token} holds no private key with id {toml.TokenKeyId}, which sota.toml names");
        }
    }
}
