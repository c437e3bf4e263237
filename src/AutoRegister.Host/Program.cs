// PowerShell as it is: what pwsh's own program does, over the same libraries.
return Microsoft.PowerShell.UnmanagedPSEntry.Start(args, args.Length);
