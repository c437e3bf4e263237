using System.Text;
using AutoRegister.Core.Errors;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace AutoRegister.Core.Keys.Pkcs11;

/// <summary>
/// One PKCS#11 session, and one call to its module at a time. Failures leave as our errors; <see cref="Try{T}"/> lets a caller
/// look at the return value first.
/// </summary>
internal sealed class TokenAccess(OpenedSession opened)
{
    private bool closed;

    /// <summary>The token.</summary>
    public TokenDescription Token => opened.Token;

    /// <summary>Does something with the session.</summary>
    public T Run<T>(Func<ISession, T> action)
    {
        try
        {
            return Try(action);
        }
        catch (Pkcs11Exception e)
        {
            throw Pkcs11Errors.Failure(Token.ToString(), e, Token.ModulePath);
        }
    }

    /// <summary>Does something with the session and leaves its <see cref="Pkcs11Exception"/> to the caller.</summary>
    public T Try<T>(Func<ISession, T> action)
    {
        lock (opened.Module.Loaded.Calls)
        {
            ObjectDisposedException.ThrowIf(closed, typeof(TokenSession));
            try
            {
                return action(opened.Session);
            }
            catch (Pkcs11Exception e) when (e.RV is CKR.CKR_USER_NOT_LOGGED_IN or CKR.CKR_SESSION_READ_ONLY && opened.CanLogIn)
            {
                // tpm2-pkcs11 calls a session without a login read-only, whatever it was opened as.
                // Not in the filter: that runs before the failed action has given back what it holds.
                opened.LogIn();
                return action(opened.Session);
            }
        }
    }

    /// <summary>A template to fill.</summary>
    public Template NewTemplate() => new(opened.Session.Factories.ObjectAttributeFactory);

    /// <summary>Finds objects. Disposes the template.</summary>
    public List<IObjectHandle> Find(Template template)
    {
        using (template)
        {
            return Run(s => s.FindAllObjects(template.Attributes));
        }
    }

    /// <summary>Reads one attribute. One at a time, because some modules fail the whole list for one they do not know.</summary>
    /// <returns>The bytes; <see langword="null"/> where the module does not show the attribute.</returns>
    public byte[]? ReadBytes(IObjectHandle handle, CKA type) => Run(s =>
    {
        try
        {
            using IObjectAttribute attribute = s.GetAttributeValue(handle, new List<CKA> { type })[0];
            return attribute.CannotBeRead ? null : attribute.GetValueAsByteArray();
        }
        catch (Pkcs11Exception e) when (e.RV == CKR.CKR_ATTRIBUTE_VALUE_INVALID)
        {
            // SoftHSM2's word for an attribute that was not written before the module was killed.
            return null;
        }
    });

    /// <summary>Reads a yes or no.</summary>
    /// <returns>The value; <see langword="null"/> where the module does not show the attribute.</returns>
    public bool? ReadFlag(IObjectHandle handle, CKA type) => ReadBytes(handle, type) is [byte value] ? value != 0 : null;

    /// <summary>Reads a text.</summary>
    public string ReadText(IObjectHandle handle, CKA type) => Encoding.UTF8.GetString(ReadBytes(handle, type) ?? []).TrimEnd('\0');

    /// <summary>Removes an object; one that is gone already is no failure.</summary>
    public void Destroy(IObjectHandle handle) => Run(s =>
    {
        try
        {
            s.DestroyObject(handle);
            return true;
        }
        catch (Pkcs11Exception e) when (e.RV == CKR.CKR_OBJECT_HANDLE_INVALID)
        {
            return false;
        }
    });

    /// <summary>Ends all use of the session.</summary>
    public void Close()
    {
        lock (opened.Module.Loaded.Calls)
        {
            closed = true;
        }
    }
}
