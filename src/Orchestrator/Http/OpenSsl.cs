using System.Runtime.InteropServices;

namespace Orchestrator.Http;

/// <summary>OpenSSL's library, of which .NET has TLS, SHA-256 and RSA.</summary>
internal static class OpenSsl
{
    /// <summary>What to say where it is needed and is not there.</summary>
    public const string Remedy = "OpenSSL's library is not installed; install it: apt-get install openssl";

    // .NET looks for it under these names (opensslshim.c), and aborts the process where there is none.
    private static readonly Lazy<bool> Found = new(() =>
        new[] { Environment.GetEnvironmentVariable("CLR_OPENSSL_VERSION_OVERRIDE"), "3", "1.1", "1.0.2", "1.0.0", "10" }
            .Any(version => version is not null && NativeLibrary.TryLoad($"libssl.so.{version}", out _)));

    /// <summary>It is there.</summary>
    public static bool IsInstalled => Found.Value;
}
