using System.Net;

namespace Orchestrator.EndToEnd.Workshop;

/// <summary>What goes wrong when GitHub is asked something.</summary>
/// <param name="Kind">Of what kind it is.</param>
/// <param name="Status">The status of the answer.</param>
/// <param name="Text">What the answer says.</param>
/// <param name="Headers">What else.</param>
public sealed record GitHubFault(GitHubFaultKind Kind, HttpStatusCode Status, string Text, params (string Name, string Value)[] Headers)
{
    /// <summary>A page that a portal shows to everybody who has not paid yet.</summary>
    public static GitHubFault Page { get; } = new(
        GitHubFaultKind.Page, HttpStatusCode.OK, $"<html><title>Welcome to our hotel</title>{FakeGitHub.AnySecret}</html>", ("Content-Type", "text/html"));

    /// <summary>An answer that breaks off in the middle.</summary>
    public static GitHubFault Cut { get; } = new(GitHubFaultKind.Cut, HttpStatusCode.OK, $$"""{ "token": "{{FakeGitHub.AnySecret}}", """);

    /// <summary>No answer.</summary>
    public static GitHubFault Silence { get; } = new(GitHubFaultKind.Silence, HttpStatusCode.OK, "");

    /// <summary>An answer of GitHub's that is not the one that was wanted.</summary>
    /// <param name="status">Its status.</param>
    /// <param name="message">The message, or the whole body, if it is an object.</param>
    /// <param name="headers">More headers.</param>
    public static GitHubFault Refusal(HttpStatusCode status, string message, params (string Name, string Value)[] headers) =>
        new(GitHubFaultKind.Refusal, status, message, headers);
}

/// <summary>Kinds of faults.</summary>
public enum GitHubFaultKind
{
    /// <summary>GitHub answers, and does not do it.</summary>
    Refusal,

    /// <summary>Another than GitHub answers.</summary>
    Page,

    /// <summary>The answer breaks off.</summary>
    Cut,

    /// <summary>There is no answer.</summary>
    Silence,
}
