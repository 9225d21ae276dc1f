using System.Diagnostics;
using CsCheck;
using Orchestrator.Drivers.Libvirt.Access;

namespace Orchestrator.Drivers.Libvirt.Tests.Access;

/// <summary>Access lists against the tools of record, getfacl(1) and setfacl(1), and what they allow against the kernel.</summary>
public sealed class AclToolsTests : IDisposable
{
    private const uint User = 64055;
    private const uint PrimaryGroup = 64056;
    private const uint OtherGroup = 64057;
    private const uint OwningGroup = 64058;

    // In the order in which access(2)'s R_OK, W_OK and X_OK ask.
    private static readonly Permissions[] Asked = [Permissions.Read, Permissions.Write, Permissions.Execute];

    private static readonly Gen<string> Bits = Gen.Int[0, 7].Select(Text);

    /// <summary>A list as setfacl takes it: entries for the user and its groups may each be there or not, and the mask may hide some.</summary>
    private static readonly Gen<string> List =
        from owner in Bits
        from user in Gen.Bool.SelectMany(there => there ? Bits.Select(bits => $",u:{User}:{bits}") : Gen.Const(""))
        from stranger in Gen.Bool.SelectMany(there => there ? Bits.Select(bits => $",u:{User + 100}:{bits}") : Gen.Const(""))
        from owning in Bits
        from primary in Gen.Bool.SelectMany(there => there ? Bits.Select(bits => $",g:{PrimaryGroup}:{bits}") : Gen.Const(""))
        from other in Gen.Bool.SelectMany(there => there ? Bits.Select(bits => $",g:{OtherGroup}:{bits}") : Gen.Const(""))
        from mask in Bits
        from rest in Bits
        select $"u::{owner},g::{owning}{user}{stranger}{primary}{other},m::{mask},o::{rest}";

    private readonly string _directory = Directory.CreateTempSubdirectory("libvirt-acl-").FullName;

    public AclToolsTests()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/setfacl") && File.Exists("/usr/bin/getfacl"), "setfacl is not installed (Debian: acl)");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root may act as another user");
        File.SetUnixFileMode(_directory, (UnixFileMode)0b111_001_001);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void What_a_list_allows_is_what_the_kernel_allows()
    {
        // 60 files, and one process that asks the kernel about them all.
        var cases = Gen.Select(List, Gen.Bool, Gen.Bool).Array[60].Single(_ => true, "0000KOIXAzU4");
        var files = cases.Select((one, index) => Make($"{index}", one.Item1, owned: one.Item2, inOwningGroup: one.Item3)).ToList();
        HashSet<uint> groups = [PrimaryGroup, OtherGroup];

        var allowed = AskKernel(groups, files);

        for (var index = 0; index < files.Count; index++)
        {
            var list = PosixAcl.Read(files[index]);
            var user = new QemuUser(User, groups);
            var computed = Asked.Where(permission => list.Allows(user, permission)).Aggregate(Permissions.None, (all, one) => all | one);
            Assert.True(
                computed == allowed[index],
                $"{cases[index]}: the kernel allows {allowed[index]}, the list {computed}\n{Get(files[index])}");
        }
    }

    [Fact]
    public void A_grant_gives_one_user_something_and_neither_gives_nor_takes_anything_of_others()
    {
        var index = 0;
        Gen.Select(List, Gen.Int[0, 7]).Sample(
            (list, bits) =>
            {
                var granted = (Permissions)bits;
                var file = Make($"grant-{Interlocked.Increment(ref index)}", list, owned: false, inOwningGroup: false);
                var before = Effective(Entries(file));

                PosixAcl.Read(file).Grant(file, User, granted);

                // A mask may have hidden entries before, and the grant has to move it.
                before[$"user:{User}"] = before.GetValueOrDefault($"user:{User}") | granted;
                var after = Effective(Entries(file));
                Assert.True(
                    before.OrderBy(entry => entry.Key).SequenceEqual(after.OrderBy(entry => entry.Key)),
                    $"{list}, granting {granted}: {string.Join(", ", after.Except(before))} instead of {string.Join(", ", before.Except(after))}");
            },
            iter: 40,
            threads: 1);
    }

    [Fact]
    public void A_grant_is_read_by_getfacl_as_setfacl_would_have_made_it()
    {
        var (ours, theirs) = (Make("ours", "u::rwx,g::---,o::---", false, false), Make("theirs", "u::rwx,g::---,o::---", false, false));

        PosixAcl.Read(ours).Grant(ours, User, Permissions.Execute);
        Run("setfacl", "--modify", $"u:{User}:x", theirs);

        Assert.Equal(Get(theirs), Get(ours));
    }

    private static string Text(int bits) => $"{((bits & 4) != 0 ? 'r' : '-')}{((bits & 2) != 0 ? 'w' : '-')}{((bits & 1) != 0 ? 'x' : '-')}";

    private string Make(string name, string list, bool owned, bool inOwningGroup)
    {
        var path = Path.Combine(_directory, name);
        File.WriteAllText(path, "");
        Run("chown", $"{(owned ? User : User + 1)}:{(inOwningGroup ? OtherGroup : OwningGroup)}", path);
        Run("setfacl", "--no-mask", "--set", list, path);
        return path;
    }

    private static List<Permissions> AskKernel(IEnumerable<uint> groups, IEnumerable<string> files)
    {
        const string Script = """for file; do for ask in r w x; do if test -$ask "$file"; then printf $ask; else printf -; fi; done; echo; done""";
        var said = Run(
            "setpriv", [$"--reuid={User}", $"--regid={PrimaryGroup}", $"--groups={string.Join(',', groups)}", "sh", "-c", Script, "sh", .. files]);
        return [.. said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse)];
    }

    private static Permissions Parse(string text) =>
        (text[0] == 'r' ? Permissions.Read : 0) | (text[1] == 'w' ? Permissions.Write : 0) | (text[2] == 'x' ? Permissions.Execute : 0);

    private static string Get(string path) => Run("getfacl", "--omit-header", "--numeric", "--absolute-names", "--no-effective", path);

    private static Dictionary<string, string> Entries(string path) => Get(path)
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .ToDictionary(line => line[..line.LastIndexOf(':')], line => line[(line.LastIndexOf(':') + 1)..]);

    /// <summary>What each entry comes to behind the mask, and no mask.</summary>
    private static Dictionary<string, Permissions> Effective(Dictionary<string, string> entries)
    {
        var mask = entries.TryGetValue("mask:", out var bits) ? Parse(bits) : (Permissions)7;
        return entries.Where(entry => entry.Key != "mask:").ToDictionary(
            entry => entry.Key,
            entry => entry.Key is "user:" or "other:" ? Parse(entry.Value) : Parse(entry.Value) & mask);
    }

    private static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {error.Result}");
        return output.Result;
    }
}
