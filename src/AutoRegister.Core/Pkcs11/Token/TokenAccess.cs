using System.Text;
using AutoRegister.Core.Base;
using AutoRegister.Core.Pkcs11.Modules;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace AutoRegister.Core.Pkcs11.Token;

/// <summary>
/// One PKCS#11 session, and one call to its module at a time. Failures leave as our errors; <see cref="Try{T}"/> lets a caller
/// look at the return value first.
/// </summary>
/// <param name="beside">What its calls go through, where that is not the module's one door.</param>
internal sealed class TokenAccess(OpenedSession opened, ModuleCalls? beside = null)
{
    private readonly ModuleCalls door = beside ?? opened.Module.Loaded.Door;
    private bool closed;

    /// <summary>The token.</summary>
    public TokenInfo Token => opened.Token;

    /// <summary>Does something with the session.</summary>
    /// <param name="function">The function that is called, for messages.</param>
    /// <param name="action">The call, which makes no other of these.</param>
    /// <param name="takesLong">Whether it may take minutes.</param>
    public T Run<T>(string function, Func<ISession, T> action, bool takesLong = false)
    {
        try
        {
            return Try(function, action, takesLong);
        }
        catch (Pkcs11Exception e)
        {
            throw Pkcs11Errors.Failure(Token.ToString(), e, Token.ModulePath);
        }
    }

    /// <summary>Does something with the session and leaves its <see cref="Pkcs11Exception"/> to the caller.</summary>
    public T Try<T>(string function, Func<ISession, T> action, bool takesLong = false)
    {
        lock (door.Turn)
        {
            ObjectDisposedException.ThrowIf(closed, this);
            try
            {
                return door.Do(function, () => action(opened.Session), takesLong);
            }
            catch (Pkcs11Exception e) when (e.RV is CKR.CKR_USER_NOT_LOGGED_IN or CKR.CKR_SESSION_READ_ONLY && opened.CanLogIn)
            {
                // tpm2-pkcs11 calls a session without a login read-only, whatever it was opened as.
                // Not in the filter: that runs before the failed action has given back what it holds.
                opened.LogIn();
                return door.Do(function, () => action(opened.Session), takesLong);
            }
        }
    }

    /// <summary>
    /// Makes several calls that belong together, with none of another session's in between: its logout takes the handles of private
    /// objects from all sessions (PKCS#11 2.40, section 5.6), those that were just found among them.
    /// </summary>
    public T Together<T>(Func<T> calls)
    {
        lock (door.Turn)
        {
            return calls();
        }
    }

    /// <summary>A template to fill.</summary>
    public Template NewTemplate() => new(opened.Session.Factories.ObjectAttributeFactory);

    /// <summary>Finds objects. Disposes the template.</summary>
    public List<IObjectHandle> Find(Template template)
    {
        using (template)
        {
            return Run("C_FindObjects", s => s.FindAllObjects(template.Attributes));
        }
    }

    /// <summary>Reads one attribute. One at a time, because some modules fail the whole list for one they do not know.</summary>
    /// <returns>The bytes; <see langword="null"/> where the module does not show the attribute.</returns>
    public byte[]? ReadBytes(IObjectHandle handle, CKA type) => Run("C_GetAttributeValue", s =>
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

    /// <summary>Reads what kind of object it is.</summary>
    /// <returns>Its class; <see langword="null"/> where the module does not show it.</returns>
    public CKO? ReadClass(IObjectHandle handle) => ReadBytes(handle, CKA.CKA_CLASS) switch
    {
        { Length: sizeof(ulong) } value => (CKO)BitConverter.ToUInt64(value),
        { Length: sizeof(uint) } value => (CKO)BitConverter.ToUInt32(value),
        _ => null,
    };

    /// <summary>Reads a yes or no.</summary>
    /// <returns>The value; <see langword="null"/> where the module does not show the attribute.</returns>
    public bool? ReadFlag(IObjectHandle handle, CKA type) => ReadBytes(handle, type) is [byte value] ? value != 0 : null;

    /// <summary>Reads a text as a line, because others may have written it. What has control characters is never equal to one of our names.</summary>
    public string ReadText(IObjectHandle handle, CKA type) => Printable.Line(Encoding.UTF8.GetString(ReadBytes(handle, type) ?? []).TrimEnd('\0'));

    /// <summary>Removes an object; one that is gone already is no failure.</summary>
    public void Destroy(IObjectHandle handle) => Run("C_DestroyObject", s =>
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
        lock (door.Turn)
        {
            closed = true;
        }

        beside?.End();
    }
}
