# $TestDrive and TestDrive: — one fresh directory for each test file. What a block puts there is gone when the
# block ends; what an enclosing block put there stays.

function New-TestDrive {
    $path = [System.IO.Path]::Combine([System.IO.Path]::GetTempPath(), [guid]::NewGuid().ToString())
    $null = [System.IO.Directory]::CreateDirectory($path)
    $script:Run.TestDrive = $path

    $session = $script:Run.SessionState
    $session.PSVariable.Set('global:TestDrive', $path)
    $provider = $session.Provider.GetOne('FileSystem')
    $drive = [System.Management.Automation.PSDriveInfo]::new('TestDrive', $provider, $path, 'Scratch files of a test file', $null)
    $null = $session.Drive.New($drive, 'global')
}

function Remove-TestDrive {
    $session = $script:Run.SessionState
    $session.PSVariable.Remove('global:TestDrive')
    $session.Drive.Remove('TestDrive', $true, 'global')
    Remove-Tree $script:Run.TestDrive
    $script:Run.TestDrive = $null
}

function Get-TestDriveEntry {
    $entries = [System.Collections.Generic.HashSet[string]]::new()
    Add-TreeEntry $script:Run.TestDrive $entries
    return , $entries
}

function Clear-TestDrive([System.Collections.Generic.HashSet[string]] $Keep) {
    # A test may have removed the whole directory; the next one finds it again.
    $null = [System.IO.Directory]::CreateDirectory($script:Run.TestDrive)
    $now = Get-TestDriveEntry
    foreach ($path in $now) {
        # A path that is gone fell together with its directory.
        if (-not $Keep.Contains($path) -and [System.IO.Path]::Exists($path)) {
            Remove-Tree $path
        }
    }
}

# Directories behind a symbolic link belong to somebody else: never listed, never emptied.
function Add-TreeEntry([string] $Directory, [System.Collections.Generic.HashSet[string]] $Entries) {
    # The defaults skip hidden files and, which is wanted, directories that may not be read.
    $options = [System.IO.EnumerationOptions]@{ AttributesToSkip = 0 }
    foreach ($entry in [System.IO.DirectoryInfo]::new($Directory).EnumerateFileSystemInfos('*', $options)) {
        $null = $Entries.Add($entry.FullName)
        if ($entry -is [System.IO.DirectoryInfo] -and $null -eq $entry.LinkTarget) {
            Add-TreeEntry $entry.FullName $Entries
        }
    }
}

# Does what it can; a file that cannot be deleted is told of, and fails nothing.
function Remove-Tree([string] $Path) {
    try {
        $directory = [System.IO.DirectoryInfo]::new($Path)
        if ($directory.Exists -and $null -eq $directory.LinkTarget) {
            $directory.Delete($true)
        }
        else {
            [System.IO.File]::Delete($Path)
        }
    }
    catch {
        Write-Line "Could not remove '$Path': $($_.Exception.Message)" 'Warning'
    }
}
