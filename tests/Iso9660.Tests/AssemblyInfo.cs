using System.Runtime.Versioning;

// The readers that images are checked with, and the permissions they restore, are Unix's.
[assembly: UnsupportedOSPlatform("windows")]
