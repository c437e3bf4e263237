namespace AutoRegister.Core.Errors;

/// <summary>
/// The one table of errors, a row an id: what it means for whoever runs the registration, PowerShell's category, and what to do when
/// nothing is known but the id. about_AutoRegister_Errors says the same; a test compares.
/// </summary>
/// <remarks>
/// What can pass without a person is tried again, unless a try costs something: one of the few that a token allows, or a server's
/// patience with a request that it refused. What a person wrote into a configuration stays as it is until a person changes it.
/// </remarks>
internal static class ErrorTable
{
    // CS8524 asks for an arm for numbers that are no id. There is none, so that the compiler asks for a row for each new id (CS8509).
#pragma warning disable CS8524
    /// <summary>The row of an id.</summary>
    /// <exception cref="System.Runtime.CompilerServices.SwitchExpressionException">The number is no id.</exception>
    internal static ErrorRow RowOf(ErrorId id) => id switch
    {
        // Reading the configuration
        ErrorId.RootNotFound => new(FailureSort.Configuration, FailureCategory.ObjectNotFound, "Mount the image, or correct -Root."),
        ErrorId.FileUnreadable => new(FailureSort.Configuration, FailureCategory.ReadError, "Run as the user that owns the file, usually root, and check that it is a regular file."),
        ErrorId.FileTooLarge => new(FailureSort.Configuration, FailureCategory.InvalidArgument, "Check that the right file is in its place."),
        ErrorId.FileNotText => new(FailureSort.Configuration, FailureCategory.InvalidArgument, "Save the file as UTF-8 text."),
        ErrorId.FileNotTrusted => new(FailureSort.Configuration, FailureCategory.SecurityError, "Check what is in the file, then take the right to write to it from others: chmod o-w."),
        ErrorId.TokenFileMissing => new(FailureSort.Configuration, FailureCategory.ObjectNotFound, "Write an API token with scope devices:create to /etc/lmp-device-register-token, or authorise the device in a browser."),
        ErrorId.TokenFileEmpty => new(FailureSort.Configuration, FailureCategory.InvalidArgument, "Write an API token with scope devices:create on the first line of the file."),
        ErrorId.TokenFileInvalid => new(FailureSort.Configuration, FailureCategory.InvalidArgument, "Copy the API token again, without anything around it."),
        ErrorId.TagInvalid => new(FailureSort.Configuration, FailureCategory.InvalidArgument, "Write one tag of letters, digits, \".\", \"_\" and \"-\" to /etc/sota/tag."),
        ErrorId.TagMissing => new(FailureSort.Configuration, FailureCategory.InvalidArgument, "Write a tag to /etc/sota/tag, or give -Tag."),
        ErrorId.FactoryMissing => new(FailureSort.Configuration, FailureCategory.InvalidArgument, "Give -Factory or DEVICE_FACTORY, or use an image that was built for a factory."),
        ErrorId.FactoryInvalid => new(FailureSort.Configuration, FailureCategory.InvalidArgument, "Use letters, digits, \".\", \"_\" and \"-\" only."),
        ErrorId.HardwareIdMissing => new(FailureSort.Configuration, FailureCategory.InvalidArgument, "Give -HardwareId, or use an image whose os-release has LMP_MACHINE."),
        ErrorId.HardwareIdInvalid => new(FailureSort.Configuration, FailureCategory.InvalidArgument, "Use letters, digits, \".\", \"_\" and \"-\" only."),
        ErrorId.OsReleaseInvalid => new(FailureSort.Configuration, FailureCategory.InvalidArgument, "Write the line of /etc/os-release as NAME=\"value\"."),
        ErrorId.HostnameInvalid => new(FailureSort.Configuration, FailureCategory.InvalidArgument, "Write a host name to /etc/hostname, or give -Name."),
        ErrorId.DeviceNameInvalid => new(FailureSort.Configuration, FailureCategory.InvalidArgument, "Choose another device name."),
        ErrorId.UuidInvalid => new(FailureSort.Configuration, FailureCategory.InvalidArgument, "Give a UUID of the form 8-4-4-4-12, or -SkipUuidValidation."),
        ErrorId.AppsInvalid => new(FailureSort.Configuration, FailureCategory.InvalidArgument, "Correct the name of the app."),
        ErrorId.SettingInvalid => new(FailureSort.Configuration, FailureCategory.InvalidArgument, "Correct the value that the message names."),
        ErrorId.HsmFileInvalid => new(FailureSort.Configuration, FailureCategory.InvalidArgument, "Write plain assignments only: HSM_MODULE, HSM_PIN and HSM_SOPIN."),
        ErrorId.HsmSettingMissing => new(FailureSort.Configuration, FailureCategory.InvalidArgument, "Write HSM_MODULE, HSM_PIN and HSM_SOPIN into /etc/sota/hsm, or remove it for a software key."),
        ErrorId.HsmPinConflict => new(FailureSort.Configuration, FailureCategory.InvalidArgument, "Remove one of HSM_PIN and HSM_PI."),
        ErrorId.HsmSettingUnusable => new(FailureSort.Configuration, FailureCategory.InvalidArgument, "Choose a PIN, label or path without the characters that the message names."),
        ErrorId.DeviceApiInvalid => new(FailureSort.Configuration, FailureCategory.InvalidArgument, "Give an absolute https URL as -DeviceApi, DEVICE_API, -OAuthBase or OAUTH_BASE."),
        ErrorId.SecretsDisposed => new(FailureSort.Configuration, FailureCategory.InvalidOperation, "Read the configuration again with Get-SotaConfig."),
        ErrorId.PlainHttpRefused => new(FailureSort.Configuration, FailureCategory.SecurityError, "Use an https URL, or accept that the API token travels in the clear with -AllowPlainHttp."),
        ErrorId.ProxyInvalid => new(FailureSort.Configuration, FailureCategory.InvalidArgument, "Write it as http://proxy.example:3128, with user name and password percent-encoded, or unset it."),
        ErrorId.CaFileInvalid => new(FailureSort.Configuration, FailureCategory.InvalidArgument, "Give a file with whole CERTIFICATE blocks, or none."),

        // The token and its keys
        // A file that is not there is not installed later.
        ErrorId.HsmModuleNotFound => new(FailureSort.Configuration, FailureCategory.ObjectNotFound, "Install the PKCS#11 module, or correct its path."),
        // It stays what it is.
        ErrorId.HsmModuleInvalid => new(FailureSort.Configuration, FailureCategory.DeviceError, "Correct the path in the place that the message names: it must be the module of the device's token, built for this machine."),
        // The token's service or device may come later in the boot than this run.
        ErrorId.HsmModuleUnusable => new(FailureSort.TryAgain, FailureCategory.DeviceError, "Check the module's own configuration and that its service and device are running."),
        // The same; what serves the token may come back as well.
        ErrorId.HsmTimeout => new(FailureSort.TryAgain, FailureCategory.OperationTimeout, "Check that the service of the token runs (tee-supplicant, tpm2-abrmd, pcscd); a token that is so slow needs a longer HSM_TIMEOUT in /etc/sota/hsm."),
        // The same, where the module is loaded without them.
        ErrorId.HsmTokenNotFound => new(FailureSort.TryAgain, FailureCategory.ObjectNotFound, "Check the label, that the token is present, and that this user may use it."),
        ErrorId.HsmTokenAmbiguous => new(FailureSort.Configuration, FailureCategory.ResourceExists, "Choose one by its serial number: HSM_TOKEN_SERIAL or HSM_URI in /etc/sota/hsm, or -TokenSerial."),
        // It is put in, becomes writable, gets room.
        ErrorId.HsmTokenUnusable => new(FailureSort.TryAgain, FailureCategory.InvalidOperation, "Check that the token is present, writable and has room left."),
        ErrorId.HsmMechanismMissing => new(FailureSort.Configuration, FailureCategory.NotImplemented, "Use a token that can make EC P-256 keys and sign with them."),
        // Another try would cost one of the token's.
        ErrorId.HsmPinRejected => new(FailureSort.Configuration, FailureCategory.AuthenticationError, "Correct the PIN in the place that the message names, then run again. It was tried once."),
        // Also a TPM's lockout, which ends by itself: a try may begin it anew.
        ErrorId.HsmPinLocked => new(FailureSort.NeedsPerson, FailureCategory.PermissionDenied, "Have the security officer set a new user PIN, or wait for the end of a TPM's lockout."),
        ErrorId.HsmPinNotInitialized => new(FailureSort.Configuration, FailureCategory.InvalidOperation, "Let New-HsmDeviceKey set the user PIN with the SO PIN."),
        ErrorId.HsmPinExpired => new(FailureSort.Configuration, FailureCategory.PermissionDenied, "Set a new PIN with the token's own tools, and put it where the message says that it came from."),
        ErrorId.HsmPinLength => new(FailureSort.Configuration, FailureCategory.InvalidArgument, "Choose a PIN of a length the token takes, and put it where the message says that it came from."),
        ErrorId.HsmPinFinalTry => new(FailureSort.NeedsPerson, FailureCategory.PermissionDenied, "Check the PIN in the place that the message names, log in once by hand with the right one, then run again."),
        // Another try would cost one of the token's.
        ErrorId.HsmSoPinRejected => new(FailureSort.Configuration, FailureCategory.AuthenticationError, "Correct the SO PIN in the place that the message names, then run again. It was tried once."),
        ErrorId.HsmSoPinLocked => new(FailureSort.NeedsPerson, FailureCategory.PermissionDenied, "Only the manufacturer's tools can reset the token."),
        // What nobody is known to have made is for a person to judge.
        ErrorId.HsmObjectConflict => new(FailureSort.NeedsPerson, FailureCategory.ResourceExists, "Remove the object that the message names, or have it replaced: by New-HsmDeviceKey -Force, or after a factory reset by HSM_REPLACE_KEYS=1 in /etc/sota/hsm."),
        ErrorId.HsmKeyUnusable => new(FailureSort.NeedsPerson, FailureCategory.InvalidOperation, "Make a new key with New-HsmDeviceKey -Force."),
        ErrorId.HsmKeyNotFound => new(FailureSort.Configuration, FailureCategory.ObjectNotFound, "Register anew with New-HsmDeviceKey -Force."),
        ErrorId.HsmCertificateNotFound => new(FailureSort.Configuration, FailureCategory.ObjectNotFound, "Register the device without -UseExistingCertificate, or have its certificate put into the token."),
        // Busy, out of memory, its medium full or read-only: PKCS#11 has no names for these.
        ErrorId.HsmFailure => new(FailureSort.TryAgain, FailureCategory.DeviceError, "Look up the CKR name in the module's documentation and log."),

        // Enrolment
        ErrorId.ApiTokenMissing => new(FailureSort.Configuration, FailureCategory.ObjectNotFound, "Give an API token, or authorise the device in a browser with -DeviceAuthorization."),
        ErrorId.ServerUnreachable => new(FailureSort.TryAgain, FailureCategory.ConnectionError, "Check network, DNS, proxy and DEVICE_API; Test-SotaRegistration -Online shows which."),
        ErrorId.ServerTimeout => new(FailureSort.TryAgain, FailureCategory.OperationTimeout, "Check the network; with -RetryFor the request is repeated."),
        ErrorId.ServerUnavailable => new(FailureSort.TryAgain, FailureCategory.ConnectionError, "Try again later; with -RetryFor the request is repeated."),
        // It is restarted, or its accounts come back.
        ErrorId.ProxyRefused => new(FailureSort.TryAgain, FailureCategory.ConnectionError, "Check the user name and password in the proxy's variable, and that the proxy may reach the server."),
        ErrorId.ClockNotSet => new(FailureSort.TryAgain, FailureCategory.SecurityError, "Set the clock, or wait for time synchronisation."),
        ErrorId.ClockWrong => new(FailureSort.TryAgain, FailureCategory.SecurityError, "Set the clock, or wait for time synchronisation; if it is right, the server's certificate or clock is not."),
        // A proxy that reads along, or a clock that is wrong.
        ErrorId.ServerNotTrusted => new(FailureSort.TryAgain, FailureCategory.SecurityError, "If the server has a private CA, name its certificate with -CaCertificatePath or SSL_CERT_FILE. Verification cannot be turned off."),
        ErrorId.CaptivePortal => new(FailureSort.TryAgain, FailureCategory.ConnectionError, "Sign in to the network, or correct the proxy."),
        ErrorId.ApiTokenRejected => new(FailureSort.Refused, FailureCategory.AuthenticationError, "Give a valid API token with the scope devices:create for this factory."),
        ErrorId.DeviceConflict => new(FailureSort.Refused, FailureCategory.ResourceExists, "Choose another device name, or delete the device of that name or UUID in the factory."),
        ErrorId.RequestRejected => new(FailureSort.Refused, FailureCategory.ProtocolError, "Correct what the server complains about; the request follows the device's configuration."),
        ErrorId.ServerUnexpected => new(FailureSort.NeedsPerson, FailureCategory.ProtocolError, "Check that DEVICE_API is the address of a registration API."),
        // Most often something between here and the server that answers in its place.
        ErrorId.AnswerInvalid => new(FailureSort.TryAgain, FailureCategory.InvalidData, "Check that DEVICE_API is the address of a registration API of this factory."),
        // The same.
        ErrorId.CertificateMismatch => new(FailureSort.TryAgain, FailureCategory.SecurityError, "Check that the API belongs to this factory; then run the registration again."),
        // The server keeps what it registered, and may be corrected meanwhile.
        ErrorId.SotaTomlInvalid => new(FailureSort.TryAgain, FailureCategory.InvalidData, "Correct the configuration that the factory's server hands out; then run the registration again."),
        ErrorId.AuthorizationDenied => new(FailureSort.Refused, FailureCategory.AuthenticationError, "Run again, and authorise the device."),
        // The next run shows a new code.
        ErrorId.AuthorizationExpired => new(FailureSort.TryAgain, FailureCategory.OperationTimeout, "Run again, and authorise the device before the code expires."),

        // Files and state
        ErrorId.RegistrationBusy => new(FailureSort.TryAgain, FailureCategory.ResourceBusy, "Wait for the other run to end, then run again."),
        ErrorId.AlreadyRegistered => new(FailureSort.NeedsPerson, FailureCategory.ResourceExists, "Nothing, or register anew with New-HsmDeviceKey -Force."),
        // It ends, or is stopped.
        ErrorId.OtaClientRunning => new(FailureSort.TryAgain, FailureCategory.ResourceBusy, "Stop the OTA client (systemctl stop aktualizr-lite), then run again."),
        ErrorId.ApiTokenNotRemoved => new(FailureSort.NeedsPerson, FailureCategory.WriteError, "Delete the file by hand, or let the unit write to its directory; the registration stands."),
        ErrorId.OtaClientStartFailed => new(FailureSort.NeedsPerson, FailureCategory.DeviceError, "Start the OTA client (systemctl start aktualizr-lite) or reboot; the registration stands."),
        // A read-only medium says the same as a file in the directory's place.
        ErrorId.SotaDirectoryUnusable => new(FailureSort.TryAgain, FailureCategory.InvalidOperation, "Make it a directory that this user owns and may write to."),
        ErrorId.DirectoryNotTrusted => new(FailureSort.Configuration, FailureCategory.SecurityError, "Move the directory away, or give it to root if all of it is the device's own; take the right to write to those above it from others."),
        ErrorId.RegistrationIncomplete => new(FailureSort.NeedsPerson, FailureCategory.InvalidOperation, "Register anew with New-HsmDeviceKey -Force, or put the missing files back."),
        ErrorId.EnrollmentFileInvalid => new(FailureSort.Configuration, FailureCategory.InvalidData, "Export the device again with Export-DeviceEnrollment."),
        ErrorId.PrivateKeyLocked => new(FailureSort.Configuration, FailureCategory.PermissionDenied, "Give the passphrase it was exported with, or the private key of the certificate it was exported for."),
        ErrorId.WriteFailed => new(FailureSort.TryAgain, FailureCategory.WriteError, "Make room, or make the file system writable, and run again: it continues where it stopped."),
        // A medium that wears out answers now and then.
        ErrorId.ReadFailed => new(FailureSort.TryAgain, FailureCategory.ReadError, "Check the medium and whose file it is; then run again, as the user that registers the device."),
        ErrorId.DockerConfigInvalid => new(FailureSort.Configuration, FailureCategory.InvalidData, "Correct the file, or give another one with -DockerConfigPath."),
        ErrorId.GatewayRefused => new(FailureSort.NeedsPerson, FailureCategory.SecurityError, "Check in the factory that the device exists; then register anew with New-HsmDeviceKey -Force."),
    };
#pragma warning restore CS8524
}
