namespace AutoRegister.Core.Errors;

/// <summary>Every condition AutoRegister reports, one id each, the same in all cmdlets. Ids are stable: scripts compare them.</summary>
public enum ErrorId : long
{
    // Reading the configuration

    /// <summary>The directory given as root does not exist.</summary>
    RootNotFound,

    /// <summary>A file that must be read cannot be: no permission, a directory in its place, an I/O error.</summary>
    FileUnreadable,

    /// <summary>A configuration file is far larger than anything it may hold.</summary>
    FileTooLarge,

    /// <summary>A configuration file is not UTF-8 text, or has NUL or control characters.</summary>
    FileNotText,

    /// <summary>Everybody may write to a file that decides what code is loaded.</summary>
    FileNotTrusted,

    /// <summary>There is no API token file.</summary>
    TokenFileMissing,

    /// <summary>The API token file has no token.</summary>
    TokenFileEmpty,

    /// <summary>The API token has characters a token cannot have.</summary>
    TokenFileInvalid,

    /// <summary>The tag file is empty, has several lines, or characters a tag cannot have.</summary>
    TagInvalid,

    /// <summary>No tag is configured anywhere.</summary>
    TagMissing,

    /// <summary>No factory is configured, or it is the placeholder <c>lmp</c>.</summary>
    FactoryMissing,

    /// <summary>The factory name has characters a factory name cannot have.</summary>
    FactoryInvalid,

    /// <summary>No hardware id is configured.</summary>
    HardwareIdMissing,

    /// <summary>The hardware id has characters it cannot have.</summary>
    HardwareIdInvalid,

    /// <summary><c>/etc/os-release</c> has a line that is not an assignment.</summary>
    OsReleaseInvalid,

    /// <summary>The host name file is missing, empty or holds no usable name.</summary>
    HostnameInvalid,

    /// <summary>The device name cannot be used.</summary>
    DeviceNameInvalid,

    /// <summary>The UUID does not have the form 8-4-4-4-12.</summary>
    UuidInvalid,

    /// <summary>An app name cannot be used.</summary>
    AppsInvalid,

    /// <summary>A device group, header name or other request value cannot be used.</summary>
    SettingInvalid,

    /// <summary>The hsm file has a line that is not a plain assignment.</summary>
    HsmFileInvalid,

    /// <summary>The hsm file is there, but a value it must have is not.</summary>
    HsmSettingMissing,

    /// <summary><c>HSM_PIN</c> and <c>HSM_PI</c> are both set and differ.</summary>
    HsmPinConflict,

    /// <summary>A PIN or module path that the OTA client could not use later.</summary>
    HsmSettingUnusable,

    /// <summary>The registration or OAuth URL is not an absolute http or https URL.</summary>
    DeviceApiInvalid,

    /// <summary>The secrets of the configuration were zeroed when its registration ended, or by whoever held it.</summary>
    SecretsDisposed,

    /// <summary>Plain http to an address that is neither loopback nor private.</summary>
    PlainHttpRefused,

    /// <summary>A variable that names a proxy (<c>https_proxy</c>, <c>ALL_PROXY</c> …) is no URL of one.</summary>
    ProxyInvalid,

    /// <summary>A file with CA certificates (<c>SSL_CERT_FILE</c>, <c>-CaCertificatePath</c>) holds none, or one that is broken.</summary>
    CaFileInvalid,

    // The token and its keys

    /// <summary>The PKCS#11 module file does not exist.</summary>
    HsmModuleNotFound,

    /// <summary>The file is no PKCS#11 module that this machine can load: no shared library of its architecture, or one of something else.</summary>
    HsmModuleInvalid,

    /// <summary>The PKCS#11 module cannot be initialised.</summary>
    HsmModuleUnusable,

    /// <summary>A call into the PKCS#11 module did not come back.</summary>
    HsmTimeout,

    /// <summary>No token has the label, and none is blank.</summary>
    HsmTokenNotFound,

    /// <summary>More than one token answers the description.</summary>
    HsmTokenAmbiguous,

    /// <summary>The token cannot be written or initialised.</summary>
    HsmTokenUnusable,

    /// <summary>The token cannot do what a device key needs.</summary>
    HsmMechanismMissing,

    /// <summary>The token refused the user PIN.</summary>
    HsmPinRejected,

    /// <summary>The user PIN is locked.</summary>
    HsmPinLocked,

    /// <summary>The user PIN has never been set and cannot be set with what is configured.</summary>
    HsmPinNotInitialized,

    /// <summary>The user PIN has expired.</summary>
    HsmPinExpired,

    /// <summary>A PIN is shorter or longer than the token allows.</summary>
    HsmPinLength,

    /// <summary>One more wrong PIN would lock the token.</summary>
    HsmPinFinalTry,

    /// <summary>The token refused the SO PIN.</summary>
    HsmSoPinRejected,

    /// <summary>The SO PIN is locked.</summary>
    HsmSoPinLocked,

    /// <summary>A key or certificate that is not ours has our label or id.</summary>
    HsmObjectConflict,

    /// <summary>The key in the token does not have the properties a device key must have.</summary>
    HsmKeyUnusable,

    /// <summary>No key answers the description.</summary>
    HsmKeyNotFound,

    /// <summary>No certificate in the token fits the key, the device and the factory.</summary>
    HsmCertificateNotFound,

    /// <summary>The token failed in a way that has no id of its own; the message carries the CKR name.</summary>
    HsmFailure,

    // Enrolment

    /// <summary>No API token is configured and nobody is there to authorise the device.</summary>
    ApiTokenMissing,

    /// <summary>The server cannot be reached: DNS, connection refused, reset, no route.</summary>
    ServerUnreachable,

    /// <summary>The server did not answer in time.</summary>
    ServerTimeout,

    /// <summary>The server answered 429 or 5xx.</summary>
    ServerUnavailable,

    /// <summary>The proxy did not make the connection: it wants another user name or password, or cannot reach the server.</summary>
    ProxyRefused,

    /// <summary>The clock is before the day this software was made, and TLS fails or the server says another time.</summary>
    ClockNotSet,

    /// <summary>The clock does not fit what the server shows: a certificate that is not valid now, or another time.</summary>
    ClockWrong,

    /// <summary>TLS failed: the server's certificate is not trusted, or is for another name.</summary>
    ServerNotTrusted,

    /// <summary>The answer is not the API's own: a page, a text, a redirect or nothing, from a proxy, a firewall, an ingress or a captive portal.</summary>
    CaptivePortal,

    /// <summary>The API itself answered 401 or 403.</summary>
    ApiTokenRejected,

    /// <summary>The API itself answered 409: the device name or UUID exists.</summary>
    DeviceConflict,

    /// <summary>The API itself answered 400: it does not accept the request.</summary>
    RequestRejected,

    /// <summary>The API itself answered with a status a registration API does not use.</summary>
    ServerUnexpected,

    /// <summary>The answer is not a complete registration: broken JSON, missing or unknown names.</summary>
    AnswerInvalid,

    /// <summary>The certificate in the answer is not for this device and key.</summary>
    CertificateMismatch,

    /// <summary>The <c>sota.toml</c> in the answer cannot be used.</summary>
    SotaTomlInvalid,

    /// <summary>A person refused to authorise the device.</summary>
    AuthorizationDenied,

    /// <summary>Nobody authorised the device in time.</summary>
    AuthorizationExpired,

    // Files and state

    /// <summary>Another run holds the SOTA directory.</summary>
    RegistrationBusy,

    /// <summary>The device is registered, and the request is not the one it was registered with.</summary>
    AlreadyRegistered,

    /// <summary>The OTA client is running.</summary>
    OtaClientRunning,

    /// <summary>The device is registered, and the file with its API token could not be deleted.</summary>
    ApiTokenNotRemoved,

    /// <summary>The OTA client could not be started; the registration stands.</summary>
    OtaClientStartFailed,

    /// <summary>The SOTA directory is no directory, or cannot be written.</summary>
    SotaDirectoryUnusable,

    /// <summary>The SOTA directory is another user's and cannot be taken, or everybody may put another in its place.</summary>
    DirectoryNotTrusted,

    /// <summary>The SOTA directory holds parts of a registration that cannot be finished.</summary>
    RegistrationIncomplete,

    /// <summary>The file of a device on its way between machines cannot be used.</summary>
    EnrollmentFileInvalid,

    /// <summary>The private key in the file of a device does not open.</summary>
    PrivateKeyLocked,

    /// <summary>A file could not be made durable: disk full, read-only, I/O error.</summary>
    WriteFailed,

    /// <summary>A file of a registration, begun or finished, cannot be read: no permission, I/O error, no regular file.</summary>
    ReadFailed,

    /// <summary>Docker's configuration is no JSON that an entry can be added to.</summary>
    DockerConfigInvalid,

    /// <summary>The gateway did not accept the device's new identity.</summary>
    GatewayRefused,
}
