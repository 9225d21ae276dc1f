using System.Net;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories;

/// <summary>A way in which a call can go wrong, and what a person reads of it.</summary>
/// <param name="Fault">What goes wrong.</param>
/// <param name="Words">What the line says of it; null where GitHub does not do that to this call, or it is no failure.</param>
public sealed record GitHubFaultCase(GitHubFault Fault, Func<GitHubCall, string?> Words)
{
    private const string AppId = "Iv23liExample";

    /// <summary>Those that are told at once.</summary>
    public static IReadOnlyList<GitHubFaultCase> Refusals { get; } =
    [
        new(GitHubFault.Refusal(HttpStatusCode.Unauthorized, "Bad credentials"), call => call switch
        {
            { IsSigned: true } => $"GitHub does not let the App {AppId} in (401 Bad credentials): github.app-id and the key in github.app-key-file are not of one App",
            { AsApp: true } => "GitHub does not accept the App's token any more (401 Bad credentials): try again",
            _ => "GitHub does not accept the token (401 Bad credentials): it is wrong, expired or revoked; set GITHUB_TOKEN to one that is valid",
        }),
        Forbidden(
            "Resource not accessible",
            call => $"the {call.Credential} may not do this (403 Resource not accessible): give it the {PermissionOf(call)}",
            ("X-Accepted-GitHub-Permissions", "administration=write")),
        Forbidden(
            "Resource protected by organization SAML enforcement.",
            call => call.AsApp ? null : "the organization demands single sign-on of the token (403 Resource protected by organization SAML enforcement): authorize it at https://github.com/orgs/acme/sso?x=1",
            ("X-GitHub-SSO", "required; url=https://github.com/orgs/acme/sso?x=1")),
        Forbidden(
            "the `acme` organization has an IP allow list enabled",
            _ => "the organization lets nobody in from this address (403 the `acme` organization has an IP allow list enabled): have the address"),
        Forbidden(
            "Repository was archived so is read-only.",
            call => call.Noun == "repository" ? "the repository is archived and takes no runners (403 Repository was archived so is read-only): unarchive it" : null),
        Forbidden(
            """{ "message": "Forbidden", "errors": "Repository level self-hosted runners are disabled on this repository" }""",
            call => call.Noun == "repository" ? "the repository is not allowed to have runners of its own (403 Forbidden: Repository level self-hosted runners are disabled" : null),
        Forbidden(
            "`acme` forbids access via a personal access token (classic).",
            call => call.AsApp ? null : "the organization lets no token of this kind in (403 `acme` forbids access via a personal access token (classic)): use one of a kind that it allows"),
        Forbidden(
            "This installation has been suspended",
            call => call.AsApp ? "the App's installation is suspended (403 This installation has been suspended): whoever administers acme has to unsuspend it" : null),
        Forbidden(
            "Sorry. Your account was suspended.",
            call => call.AsApp ? null : "the account that the token belongs to is suspended (403 Sorry. Your account was suspended): use the token of somebody who is not"),
        new(GitHubFault.Refusal(HttpStatusCode.NotFound, "Not Found"), call => call switch
        {
            { OfIdentity: true } => null,
            { IsSigned: true, Method: "GET" } => $"GitHub does not let the App {AppId} in (404 Not Found): it is not installed for acme/site: install it there",
            { IsSigned: true } => $"GitHub does not let the App {AppId} in (404 Not Found): its installation was removed meanwhile: install it again",
            _ => $"GitHub has no such {call.Noun}, or the {call.Credential} cannot see it (404 Not Found): check the spelling",
        }),
        new(
            GitHubFault.Refusal(HttpStatusCode.Conflict, "Already exists"),
            call => call.Registers ? "GitHub already has a runner of that name (409 Already exists): try again" : null),
        new(GitHubFault.Refusal(HttpStatusCode.UnprocessableEntity, "Validation Failed"), call => call switch
        {
            { Registers: true } => "GitHub does not take such a runner (422 Validation Failed): check its labels, its group and its name",
            { IsSigned: true, Method: "POST" } => $"GitHub does not let the App {AppId} in (422 Validation Failed): give it the repository permission",
            _ => null,
        }),
        new(
            GitHubFault.Refusal(HttpStatusCode.TooManyRequests, "slow down", ("Retry-After", "90")),
            call => $"GitHub's rate limit for this {call.Credential} is used up (429): try again at "),
        new(
            GitHubFault.Refusal(HttpStatusCode.Forbidden, "API rate limit exceeded", ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", $"{DateTimeOffset.UtcNow.AddHours(9).ToUnixTimeSeconds()}")),
            call => $"GitHub's rate limit for this {call.Credential} is used up (403): try again at "),
        new(
            GitHubFault.Refusal(HttpStatusCode.Forbidden, "You have exceeded a secondary rate limit."),
            call => $"GitHub's rate limit for this {call.Credential} is used up (403): try again at "),
        new(GitHubFault.Page, _ => "did not answer the way GitHub's API does: check github.api-url"),
    ];

    /// <summary>Those that may be over when it is asked again, and so is done where twice does no harm.</summary>
    public static IReadOnlyList<GitHubFaultCase> Stumbles { get; } =
    [
        new(GitHubFault.Refusal(HttpStatusCode.InternalServerError, "oops"), _ => "GitHub itself failed (500 oops): try again, and see https://www.githubstatus.com"),
        new(GitHubFault.Cut, _ => "): check the network and github.api-url"),
    ];

    /// <summary>The one that takes long.</summary>
    public static GitHubFaultCase Silence { get; } = new(GitHubFault.Silence, _ => "did not answer within 30 s: check the network");

    /// <summary>Nobody can tell whether it was done.</summary>
    public bool IsUncertain => Fault.Kind != GitHubFaultKind.Refusal || Fault.Status is HttpStatusCode.Conflict or >= HttpStatusCode.InternalServerError;

    private static GitHubFaultCase Forbidden(string message, Func<GitHubCall, string?> words, params (string Name, string Value)[] headers) =>
        new(GitHubFault.Refusal(HttpStatusCode.Forbidden, message, headers), call => call.OfIdentity ? null : words(call));

    private static string PermissionOf(GitHubCall call) => call switch
    {
        { AsApp: true } => "repository permission \"Administration: read and write\", and have its installation accept that; GitHub wants administration=write",
        { Noun: "repository" } => "repository permission \"Administration: read and write\" (a classic token: the scope \"repo\"",
        { Noun: "organization" } => "organization permission \"Self-hosted runners: read and write\" (a classic token: the scope \"admin:org\"",
        _ => "scope \"manage_runners:enterprise\" and an owner who owns the enterprise; only a classic token may",
    };
}
