namespace AutoRegister.Core.Tests.Configuration;

/// <summary>Lines as people write them into the hsm file. Every PIN has the word that no message may have.</summary>
internal static class HsmCorpus
{
    public static string[] Lines { get; } =
    [
        "HSM_MODULE=/usr/lib/libckteec.so.0", "HSM_MODULE=\"/usr/lib/softhsm/libsofthsm2.so\"", "export HSM_MODULE='/usr/lib/a b.so'",
        "HSM_PIN=SESAME", "HSM_PIN=\"SESAME 1\"", "HSM_PIN='SESAME$2'", "export HSM_PIN=SESAME3", "HSM_PI=SESAME", "HSM_PIN=\"SESAME\\\"\\\\\\$\\n\"",
        "HSM_PIN=SESAME\\ \\'x", "HSM_PIN='SESAME'\"4\"5", "HSM_SOPIN=SESAME6", "HSM_SOPIN=\"SESAME7\" # the officer", "HSM_PIN=SESAME;HSM_SOPIN=SESAME",
        "HSM_PIN=SESAME HSM_SOPIN=SESAME", "export HSM_PIN HSM_SOPIN", "# comment", "", "\t", "A=b", "HSM_PIN=", "HSM_TOKEN_SERIAL=0000000000000001", "HSM_URI='pkcs11:token=aktualizr;serial=0000000000000001'", "HSM_URI='pkcs11:?pin-value=SESAME'",
        "HSM_PIN=SESAME~*?[x]{1,2}!#^%@,.:+",
    ];
}
