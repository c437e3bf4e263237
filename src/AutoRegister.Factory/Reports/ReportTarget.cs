using System.Security.Cryptography.X509Certificates;

namespace AutoRegister.Factory.Reports;

/// <summary>Where a receiver of reports is, and what it is asked with.</summary>
/// <param name="Url">Its base, with a slash at the end.</param>
/// <param name="TokenFile">The file with the token.</param>
/// <param name="Trusted">The roots to trust instead of the system's.</param>
internal sealed record ReportTarget(Uri Url, string TokenFile, X509Certificate2Collection? Trusted);
