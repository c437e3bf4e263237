namespace AutoRegister.Core.Configuration;

/// <summary>Who zeroes the secrets of a configuration.</summary>
public enum SecretOwner : long
{
    /// <summary>Whoever holds it; the cmdlet that registers the device with it does, because nothing is left to do with it.</summary>
    Holder,

    /// <summary>The pipeline it was read in: the cmdlet that ends with it, whether it succeeds or not.</summary>
    Pipeline,

    /// <summary>Another configuration, whose secrets these are: that of a line, or of the machine a device was imported on.</summary>
    Other,
}
