using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace AutoRegister.Core.X509;

/// <summary>
/// From when to when a certificate is valid, in UTC, as it is written in it. <see cref="X509Certificate2.NotAfter"/> is local time and ends
/// with the year 9999: east of Greenwich it is hours off for the 9999-12-31 23:59:59 of certificates that do not end (RFC 5280,
/// section 4.1.2.5; IEEE 802.1AR, section 8.7), and what is added to that time leaves the calendar.
/// </summary>
/// <param name="NotBefore">The first moment, UTC.</param>
/// <param name="NotAfter">The last moment, UTC.</param>
internal readonly record struct CertificateValidity(DateTime NotBefore, DateTime NotAfter)
{
    private static readonly Asn1Tag Version = new(TagClass.ContextSpecific, 0);

    /// <summary>Reads it.</summary>
    public static CertificateValidity Of(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        try
        {
            AsnReader body = new AsnReader(certificate.RawDataMemory, AsnEncodingRules.BER).ReadSequence().ReadSequence();
            if (body.PeekTag().HasSameClassAndValue(Version))
            {
                body.ReadEncodedValue();
            }

            body.ReadEncodedValue();
            body.ReadSequence();
            body.ReadSequence();
            AsnReader validity = body.ReadSequence();
            return new CertificateValidity(Time(validity), Time(validity));
        }
        catch (AsnContentException)
        {
            // Times that only OpenSSL understands.
            return new CertificateValidity(certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
        }
    }

    /// <summary>Whether a certificate is not valid yet.</summary>
    /// <param name="skew">How far the clock may be behind.</param>
    public bool IsBefore(DateTimeOffset now, TimeSpan skew = default) => NotBefore - now.UtcDateTime > skew;

    /// <summary>Whether a certificate has expired.</summary>
    /// <param name="skew">How far the clock may be ahead.</param>
    public bool IsAfter(DateTimeOffset now, TimeSpan skew = default) => now.UtcDateTime - NotAfter > skew;

    // Time ::= CHOICE { utcTime UTCTime, generalTime GeneralizedTime }
    private static DateTime Time(AsnReader reader) => reader.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime)
        ? reader.ReadUtcTime().UtcDateTime
        : reader.ReadGeneralizedTime().UtcDateTime;
}
