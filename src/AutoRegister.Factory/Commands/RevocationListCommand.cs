using System.CommandLine;
using AutoRegister.Core.Files;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Ledger;
using AutoRegister.Factory.Pki;
using AutoRegister.Factory.Settings;

namespace AutoRegister.Factory.Commands;

/// <summary><c>lmp-factory devices crl</c>: a revocation list, where the device CA may sign one.</summary>
internal static class RevocationListCommand
{
    /// <summary>The command.</summary>
    public static Command Command()
    {
        var command = new Command("crl", "writes a revocation list (RFC 5280) of the device CA; one of 'fioctl keys ca' may sign none");
        Option<string> config = command.AddOption<string>("--config", "FILE", "the configuration of the server");
        config.Required = true;
        Option<string> file = command.AddOption<string>("--out", "FILE", "the file to write, PEM, all at once");
        file.Required = true;
        var days = new Option<int>("--days") { HelpName = "N", Description = "in how many days the next one comes", DefaultValueFactory = _ => 7 };
        days.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !(int.TryParse(token.Value, out int number) && number is > 0 and <= 366))
            {
                result.AddError("--days must be 1 to 366");
            }
        });
        command.Options.Add(days);
        return command.Does(parsed =>
        {
            var settings = CheckedSettings.Read(parsed.GetValue(config)!);
            using FactoryPki pki = ProductionPki.Open(settings.Pki, Console.Error.WriteLine, TimeProvider.System);
            var list = new RevocationList(pki.DeviceCa, pki.DeviceCaKey);
            if (list.Complaint is { } complaint)
            {
                throw new ExitException(ExitCode.Configuration, $"{settings.Pki.PathOf(settings.Pki.DeviceCa)} {complaint}");
            }

            using var session = LedgerSession.Open(settings.Ledger, readOnly: true);
            DateTimeOffset now = DateTimeOffset.UtcNow;
            var revoked = RevokedCertificate.All(session).Where(one => pki.DeviceCa.Issued(CertificateFacts.Read(one.Der))).ToList();
            string pem = list.Sign([.. revoked.Select(one => (one.Serial, one.Since))], now, now.AddDays(parsed.GetValue(days)));
            AtomicFile.Write(Path.GetFullPath(parsed.GetValue(file)!), System.Text.Encoding.ASCII.GetBytes(pem), AtomicFile.WorldReadable);
            Console.WriteLine($"{revoked.Count} certificates are revoked");
            return ExitCode.Success;
        });
    }
}
