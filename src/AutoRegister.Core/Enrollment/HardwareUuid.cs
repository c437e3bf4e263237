using AutoRegister.Core.Errors;

namespace AutoRegister.Core.Enrollment;

/// <summary>
/// A UUID that comes from the hardware: OP-TEE derives it from the chip's own key and has it in the description of its slots. It
/// survives a wipe of the device and its token, and the key does not.
/// </summary>
internal static class HardwareUuid
{
    /// <summary>Says of a conflict (409) over such a UUID what it means and what a person does.</summary>
    /// <param name="config">The device's name, if somebody chose one.</param>
    /// <param name="conflict">What the server said.</param>
    /// <returns>The error to end with.</returns>
    internal static AutoRegisterException Explain(JournalEntry entry, SotaConfig config, AutoRegisterException conflict) => new(
        ErrorId.DeviceConflict,
        $"{conflict.Message} The UUID {entry.Uuid} comes from this device's hardware and is the same after the device is flashed again: "
        + "the factory most likely has this very device from before, with a key that is gone, or from a request of its own whose answer was lost.",
        $"If so, delete the device {entry.Uuid} in the factory, take it off the factory's deny list if it has one, and start the registration again. "
        + "If another board has it, register this one by hand with a UUID of its own (Get-SotaConfig -Uuid)."
        + (config.Name is null ? string.Empty : $" If the factory has another device of the name '{config.Name}', choose another name."),
        conflict.Target,
        conflict)
    {
        ServerAnswer = conflict.ServerAnswer,
    };
}
