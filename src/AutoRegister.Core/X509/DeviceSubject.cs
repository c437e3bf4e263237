namespace AutoRegister.Core.X509;

/// <summary>Who the device is, as its certificate says it: <c>CN=uuid, OU=factory[, businessCategory=production]</c>.</summary>
/// <param name="Uuid">The device UUID, the CN.</param>
/// <param name="Factory">The factory, the OU.</param>
/// <param name="Production">Whether <c>businessCategory=production</c> (2.5.4.15) is part of the subject.</param>
public sealed record DeviceSubject(string Uuid, string Factory, bool Production);
