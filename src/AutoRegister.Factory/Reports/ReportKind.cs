using AutoRegister.Factory.Ledger;

namespace AutoRegister.Factory.Reports;

/// <summary>A kind of report: which messages of the outbox it is, and in which form its receiver takes them.</summary>
/// <param name="Topic">The topic of its messages.</param>
/// <param name="Receiver">As the audit names the receiver.</param>
/// <param name="Action">What the receiver does with it, for the audit of a refusal.</param>
/// <param name="TokenHeader">The header with the token.</param>
/// <param name="TokenScheme">What is before the token in it, with a blank; or nothing.</param>
/// <param name="Path">Where a message goes, below the receiver's URL.</param>
internal sealed record ReportKind(string Topic, string Receiver, string Action, string TokenHeader, string TokenScheme, Func<OutboxMessage, string> Path);
