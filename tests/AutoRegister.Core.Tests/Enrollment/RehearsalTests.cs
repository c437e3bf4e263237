using AutoRegister.Core.Credentials;
using AutoRegister.Core.Enrollment;
using Xunit;

namespace AutoRegister.Core.Tests.Enrollment;

/// <summary>What is warmed must be the real way: a rehearsal that fails half-way would warm nothing, and nobody would hear of it.</summary>
public sealed class RehearsalTests : IDisposable
{
    private readonly DirectoryInfo place = Directory.CreateTempSubdirectory("autoregister-stage-");

    [Fact]
    public async Task ItGoesTheWholeWay_AndLeavesNothing()
    {
        using (RehearsalStage stage = RehearsalStage.Make(place.FullName))
        {
            ExportedCredentials credentials = await Rehearsal.RunAsync(stage);
            Assert.Equal("rehearsal", credentials.Factory);
            Assert.False(credentials.AlreadyRegistered);
            Assert.All(credentials.Files, file => Assert.True(File.Exists(file)));
        }

        Assert.Empty(place.EnumerateFileSystemInfos());
    }

    [Fact]
    public void WhatAKilledProcessLeft_GoesWithTheNext_AndWhatIsAtWorkStays()
    {
        DirectoryInfo left = place.CreateSubdirectory("autoregister-rehearsal-old");
        left.CreateSubdirectory("var");
        left.LastWriteTimeUtc = DateTime.UtcNow.AddMinutes(-11);
        DirectoryInfo atWork = place.CreateSubdirectory("autoregister-rehearsal-new");
        DirectoryInfo strange = place.CreateSubdirectory("something-else");
        strange.LastWriteTimeUtc = left.LastWriteTimeUtc;

        using RehearsalStage stage = RehearsalStage.Make(place.FullName);

        Assert.False(Directory.Exists(left.FullName));
        Assert.True(Directory.Exists(atWork.FullName));
        Assert.True(Directory.Exists(strange.FullName));
    }

    [Fact]
    public void NobodyElseCanLookAtTheStage()
    {
        using RehearsalStage stage = RehearsalStage.Make(place.FullName);
        DirectoryInfo root = Assert.Single(place.GetDirectories());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, root.UnixFileMode);
    }

    [Fact]
    public void AStageThatIsGoneAlreadyIsNoTrouble()
    {
        RehearsalStage stage = RehearsalStage.Make(place.FullName);
        place.GetDirectories().Single().Delete(recursive: true);
        stage.Dispose();
        Assert.Empty(place.EnumerateFileSystemInfos());
    }

    [Fact]
    public void TheStageIsToldNoTokenAndNobodysAddress()
    {
        using RehearsalStage stage = RehearsalStage.Make(place.FullName);
        Assert.Equal((place.GetDirectories().Single().FullName, true, "https://localhost/"), (stage.Options.Root, stage.Options.NoHsm, stage.Options.DeviceApi));
    }

    public void Dispose() => place.Delete(recursive: true);
}
