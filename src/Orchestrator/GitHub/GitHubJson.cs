using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Octokit.Internal;

namespace Orchestrator.GitHub;

/// <summary>
/// Octokit's JSON, without reflection. Its own fails once it is compiled ahead of time: lists of its models cannot be read, and bodies of anonymous types are
/// sent as <c>{}</c> without a word.
/// </summary>
internal sealed class GitHubJson : IJsonSerializer
{
    public string Serialize(object item) => JsonSerializer.Serialize(item, TypeOf(item.GetType()));

    public T Deserialize<T>(string json) => (T)JsonSerializer.Deserialize(json, TypeOf(typeof(T)))!;

    private static JsonTypeInfo TypeOf(Type type) =>
        GitHubModels.Default.GetTypeInfo(type) ?? throw new NotSupportedException($"{type} is missing in {nameof(GitHubModels)}");
}

/// <summary>What this program reads of a repository.</summary>
internal sealed record RepositoryModel(long Id);

/// <summary>The answer to <c>POST …/actions/runners/registration-token</c>.</summary>
internal sealed record RegistrationTokenModel(string? Token);

/// <summary>The body of <c>POST …/actions/runners/generate-jitconfig</c>.</summary>
internal sealed record JitConfigRequestModel(string Name, long RunnerGroupId, IReadOnlyList<string> Labels);

/// <summary>The answer to it.</summary>
internal sealed record JitConfigModel(string? EncodedJitConfig);

/// <summary>The answer to <c>GET …/actions/runners</c>.</summary>
internal sealed record RunnerListModel(IReadOnlyList<RunnerModel>? Runners);

/// <summary>What this program reads of a runner.</summary>
internal sealed record RunnerModel(long Id, string Name, string? Status = null, string? Version = null);

/// <summary>What this program reads of the answer to <c>GET …/actions/runners/downloads</c>: <c>actions-runner-linux-x64-2.336.0.tar.gz</c>.</summary>
internal sealed record RunnerDownloadModel(string? Filename);

/// <summary>What this program reads of a user.</summary>
internal sealed record UserModel(string? Login);

/// <summary>The answer to <c>GET /rate_limit</c>, whose headers say all that is wanted.</summary>
internal sealed record RateLimitModel;

/// <summary>What this program reads of an App's installation.</summary>
internal sealed record InstallationModel(long Id, string? AppSlug, IReadOnlyDictionary<string, string>? Permissions);

/// <summary>The body of <c>POST /app/installations/{id}/access_tokens</c>: what the token is to be good for.</summary>
internal sealed record AccessTokenRequestModel(IReadOnlyList<string>? Repositories, IReadOnlyDictionary<string, string> Permissions);

/// <summary>The answer to it.</summary>
internal sealed record AccessTokenModel(string? Token, DateTimeOffset? ExpiresAt);

/// <summary>The answer to <c>GET …/actions/runner-groups</c>.</summary>
internal sealed record RunnerGroupListModel(IReadOnlyList<RunnerGroupModel>? RunnerGroups);

/// <summary>What this program reads of a group of runners.</summary>
internal sealed record RunnerGroupModel(long Id, string Name);

/// <summary>The answer where something is wrong; <c>errors</c> is a text, or an array of texts or of objects that have a <c>message</c>.</summary>
internal sealed record ErrorModel(string? Message, JsonElement Errors, string? DocumentationUrl);

/// <summary>GitHub's models.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RepositoryModel))]
[JsonSerializable(typeof(RegistrationTokenModel))]
[JsonSerializable(typeof(JitConfigRequestModel))]
[JsonSerializable(typeof(JitConfigModel))]
[JsonSerializable(typeof(RunnerListModel))]
[JsonSerializable(typeof(IReadOnlyList<RunnerDownloadModel>))]
[JsonSerializable(typeof(UserModel))]
[JsonSerializable(typeof(RateLimitModel))]
[JsonSerializable(typeof(InstallationModel))]
[JsonSerializable(typeof(AccessTokenRequestModel))]
[JsonSerializable(typeof(AccessTokenModel))]
[JsonSerializable(typeof(RunnerGroupListModel))]
[JsonSerializable(typeof(ErrorModel))]
internal sealed partial class GitHubModels : JsonSerializerContext;
