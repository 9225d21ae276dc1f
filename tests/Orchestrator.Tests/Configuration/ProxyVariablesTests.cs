using Orchestrator.Configuration;
using Orchestrator.Drivers;

namespace Orchestrator.Tests.Configuration;

public sealed class ProxyVariablesTests
{
    [Theory]
    [InlineData("https://api.github.com", "https_proxy=http://a:1 HTTPS_PROXY=http://b:2 all_proxy=http://c:3", "https_proxy http://a:1")]
    [InlineData("https://api.github.com", "HTTPS_PROXY=http://b:2 all_proxy=http://c:3", "HTTPS_PROXY http://b:2")]
    [InlineData("https://api.github.com", "https_proxy= all_proxy=http://c:3 ALL_PROXY=http://d:4", "all_proxy http://c:3")]
    [InlineData("https://api.github.com", "ALL_PROXY=http://d:4 http_proxy=http://e:5", "ALL_PROXY http://d:4")]
    [InlineData("https://api.github.com", "http_proxy=http://e:5", null)]
    [InlineData("http://127.0.0.1:8080", "http_proxy=http://e:5 HTTP_PROXY=http://f:6", "http_proxy http://e:5")]
    [InlineData("http://127.0.0.1:8080", "HTTP_PROXY=http://f:6 HTTPS_PROXY=http://b:2", null)]
    public void The_variables_go_in_curls_order(string server, string variables, string? found)
    {
        var proxy = Find(server, variables);
        Assert.Equal(found, proxy is null ? null : $"{proxy.Variable} {proxy}");
    }

    [Theory]
    [InlineData("proxy.example:3128", "http://proxy.example:3128")]
    [InlineData("proxy.example", "http://proxy.example:1080")]
    [InlineData("HTTP://proxy.example/", "http://proxy.example:1080")]
    [InlineData("http://proxy.example:80", "http://proxy.example")]
    [InlineData("https://proxy.example", "https://proxy.example")]
    [InlineData("socks5h://proxy.example", "socks5://proxy.example:1080")]
    [InlineData("socks4a://[2001:db8::1]:9050", "socks4a://[2001:db8::1]:9050")]
    [InlineData("http://[::1]", "http://[::1]:1080")]
    public void An_address_is_completed_as_curl_does(string text, string address) =>
        Assert.Equal(address, $"{Find("https://api.github.com", $"https_proxy={text}")}");

    [Theory]
    [InlineData("http://us%65r:p%40ss:w%2Frd@proxy.example:3128", "user", "p@ss:w/rd")]
    [InlineData("user@proxy.example:3128", "user", "")]
    [InlineData("socks5://user:a@b@proxy.example:3128", "user", "a@b")]
    public void User_and_password_are_no_part_of_its_text(string text, string user, string password)
    {
        var proxy = Find("https://api.github.com", $"https_proxy={text}")!;

        Assert.Equal((user, password), (proxy.Credentials!.UserName, proxy.Credentials.Password));
        Assert.EndsWith("://proxy.example:3128", $"{proxy}", StringComparison.Ordinal);
        Assert.Empty(proxy.Address.UserInfo);
    }

    [Theory]
    [InlineData("ftp://user:hunter2@proxy.example", "\"ftp\" is no scheme")]
    [InlineData("us:hunter2://proxy.example", "that is no scheme")]
    [InlineData("http://user:hunter2@", "not the address of a proxy")]
    [InlineData("http://hunter2 hunter2", "not the address of a proxy")]
    [InlineData("http://proxy.example:hunter2", "not the address of a proxy")]
    [InlineData("http://user:1234/hunter2@proxy.example:3128", "not the address of a proxy")]
    public void What_is_no_proxy_is_refused_and_not_repeated(string text, string problem)
    {
        var message = Assert.Throws<ConfigurationException>(
            () => new ProxyVariables(new Dictionary<string, string> { ["HTTPS_PROXY"] = text }).Find(new Uri("https://api.github.com"))).Message;

        Assert.StartsWith("environment: HTTPS_PROXY: ", message, StringComparison.Ordinal);
        Assert.Contains(problem, message, StringComparison.Ordinal);
        Assert.Contains("socks5h", message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://api.github.com", "github.com", true)]
    [InlineData("https://api.github.com", ".github.com", true)]
    [InlineData("https://github.com", ".github.com", true)]
    [InlineData("https://api.github.com.", "GitHub.com.", true)]
    [InlineData("https://api.github.com", "example.org,api.github.com", true)]
    [InlineData("https://api.github.com", "example.org api.github.com", true)]
    [InlineData("https://api.github.com", "*", true)]
    [InlineData("https://api.github.com", "*.github.com", false)]
    [InlineData("https://api.github.com", "hub.com", false)]
    [InlineData("https://api.github.com", "api.github.com:443", false)]
    [InlineData("https://api.github.com", ",", false)]
    [InlineData("https://10.1.2.3:8443", "10.1.2.3", true)]
    [InlineData("https://10.1.2.3", "10.0.0.0/8", true)]
    [InlineData("https://10.1.2.3", "10.9.9.9/8", true)]
    [InlineData("https://10.1.2.3", "10.1.2.0/30", true)]
    [InlineData("https://10.1.2.4", "10.1.2.0/30", false)]
    [InlineData("https://10.1.2.3", "10.0.0.0/33", false)]
    [InlineData("https://10.1.2.3", "1.2.3", false)]
    [InlineData("https://[2001:db8::7]", "2001:db8::/32", true)]
    [InlineData("https://[2001:db8::7]", "[2001:db8::7]", true)]
    [InlineData("https://[2001:db8::7]", "10.0.0.0/8", false)]
    public void What_NO_PROXY_names_is_reached_without(string server, string list, bool excepted)
    {
        foreach (var variable in (string[])["no_proxy", "NO_PROXY"])
        {
            var proxy = new ProxyVariables(new Dictionary<string, string> { ["https_proxy"] = "http://proxy.example", [variable] = list }).Find(new Uri(server));
            Assert.Equal(excepted, proxy is null);
        }
    }

    private static HttpProxy? Find(string server, string variables) => new ProxyVariables(
        variables.Split(' ').Select(variable => variable.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1])).Find(new Uri(server));
}
