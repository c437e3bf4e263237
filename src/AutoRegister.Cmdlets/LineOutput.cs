namespace AutoRegister.Cmdlets;

/// <summary>Writes what each device of a line wrote: as they finish, or in the order they came. Used by the pipeline thread alone.</summary>
/// <param name="ordered">Whether a device waits for those before it.</param>
internal sealed class LineOutput(bool ordered)
{
    private readonly Queue<Place> inOrder = new();

    /// <summary>How many devices have a place and have not been written.</summary>
    internal int Unwritten { get; private set; }

    /// <summary>Gives the next device its place.</summary>
    internal Place Reserve()
    {
        var place = new Place();
        if (ordered)
        {
            inOrder.Enqueue(place);
        }

        Unwritten++;
        return place;
    }

    /// <summary>Writes a device that has finished, and those behind it that waited for it; or keeps it until its turn comes.</summary>
    internal void Write(Place place, Action write)
    {
        if (!ordered)
        {
            Unwritten--;
            write();
            return;
        }

        place.Write = write;
        while (inOrder.TryPeek(out Place? first) && first.Write is not null)
        {
            inOrder.Dequeue();
            Unwritten--;
            first.Write();
        }
    }

    /// <summary>A device's place in the order.</summary>
    internal sealed class Place
    {
        internal Action? Write { get; set; }
    }
}
