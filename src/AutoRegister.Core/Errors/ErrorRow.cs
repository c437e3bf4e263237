namespace AutoRegister.Core.Errors;

/// <summary>What is known of an error by its id.</summary>
/// <param name="Sort">What it means for whoever runs the registration.</param>
/// <param name="Remedy">What to do; an error that knows more says more.</param>
internal sealed record ErrorRow(FailureSort Sort, FailureCategory Category, string Remedy);
