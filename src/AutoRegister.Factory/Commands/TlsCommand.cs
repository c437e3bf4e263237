using System.CommandLine;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Pki;
using AutoRegister.Factory.Settings;

namespace AutoRegister.Factory.Commands;

/// <summary><c>lmp-factory tls</c>: the server's own TLS certificate.</summary>
internal static class TlsCommand
{
    /// <summary>The command.</summary>
    public static Command Command() => new("tls", "the server's own TLS certificate") { Csr() };

    private static Command Csr()
    {
        var command = new Command("csr", "writes the CSR that the root's owner signs; its key is made where there is none, and stays");
        Option<string> config = command.AddOption<string>("--config", "FILE", "the configuration of the server");
        config.Required = true;
        Option<string?> to = command.AddOption<string?>("--out", "FILE", "the CSR (default: beside the key, its name ending with .csr)");
        return command.Does(parsed =>
        {
            PkiSettings pki = CheckedSettings.Read(parsed.GetValue(config)!).Pki;
            string key = pki.PathOf(pki.TlsKey);
            string request = Path.GetFullPath(parsed.GetValue(to) ?? Path.ChangeExtension(key, ".csr"));
            foreach (string? directory in new[] { Path.GetDirectoryName(key)!, Path.GetDirectoryName(request)! })
            {
                if (!Directory.Exists(directory))
                {
                    throw new ExitException(ExitCode.Configuration, $"{directory} is no directory that is there: nothing is made in it");
                }
            }

            TlsSigningRequest.Write(key, request, [pki.Host], pki.Factory);
            Console.WriteLine($"{request} is to be signed with the root's key, and the certificate to be put at {pki.PathOf(pki.TlsCertificate)}");
            return ExitCode.Success;
        });
    }
}
