using System.Reflection;
using Orchestrator.Linux.Files;
using Scriban;
using Scriban.Parsing;
using Scriban.Runtime;
using Scriban.Syntax;

namespace Orchestrator.Drivers.Libvirt.Xml;

/// <summary>The template of the domain XML, parsed. Thread-safe.</summary>
internal sealed class DomainTemplate
{
    /// <summary>The setting that names another's file.</summary>
    public const string Setting = "template";

    private const string Resource = "domain.xml.sbn";
    private const int MaxBytes = 16 << 20;

    private static readonly Lazy<string> BuiltIn = new(ReadBuiltIn);

    private readonly string _name;
    private readonly Template _template;

    private DomainTemplate(string name, Template template)
    {
        _name = name;
        _template = template;
    }

    /// <summary>The template that comes with the program, to make another from.</summary>
    public static string BuiltInText => BuiltIn.Value;

    /// <summary>Its file, or that it is the built-in one.</summary>
    public string Name => _name;

    /// <summary>Reads and parses a template.</summary>
    /// <param name="path">The template's file; null for the built-in one.</param>
    /// <exception cref="ConfigurationException">It is missing, cannot be read or has a syntax error.</exception>
    public static DomainTemplate Load(string? path)
    {
        var name = path ?? $"built-in {Resource}";
        var template = Template.Parse(path is null ? BuiltInText : Read(path));
        return template.HasErrors
            ? throw new ConfigurationException(FirstError(name, template))
            : new DomainTemplate(name, template);
    }

    /// <summary>The XML of a machine's domain, as virDomainCreateXML takes it.</summary>
    /// <exception cref="ConfigurationException">The template cannot be rendered, or it leaves out what the driver relies on.</exception>
    public string Render(DomainModel model)
    {
        var context = MakeContext();
        context.PushGlobal(TemplateVariables.For(model));
        string xml;
        try
        {
            xml = _template.Render(context);
        }
        catch (ScriptRuntimeException exception)
        {
            throw new ConfigurationException(
                $"{At(_name, exception.Span)}: {OneLine(exception.OriginalMessage).TrimEnd('.')};"
                    + " the built-in template lists the variables: orchestrator template domain",
                exception);
        }

        RenderedDomain.Check(_name, xml, model);
        return xml;
    }

    private static TemplateContext MakeContext()
    {
        // Scriban's functions take 15 ms to set up, and the built-in template uses none: they are made for those that do.
        ScriptObject? functions = null;
        return new TemplateContext([])
        {
            StrictVariables = true,
            EnableRelaxedMemberAccess = false,
            NewLine = "\n",
            TryGetVariable = (TemplateContext _, SourceSpan _, ScriptVariable variable, out object? value) =>
                (functions ??= TemplateContext.GetDefaultBuiltinObject()).TryGetValue(variable.Name, out value),
        };
    }

    private static string ReadBuiltIn()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The program was built without {Resource}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static string Read(string path)
    {
        try
        {
            using var text = new StreamReader(new MemoryStream(GuardedFile.ReadTrusted(path, MaxBytes)));
            return text.ReadToEnd();
        }
        catch (FileNotFoundException exception)
        {
            throw new ConfigurationException($"{path}: there is no such template; mend or remove the setting libvirt.template", exception);
        }
        catch (UntrustedPathException exception)
        {
            throw new ConfigurationException($"{path} (libvirt.template): not trusted: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{path}: the template cannot be read: {exception.Message}; mend or remove the setting libvirt.template", exception);
        }
    }

    // The first alone: what follows from a missing end or bracket is mostly noise.
    private static string FirstError(string name, Template template)
    {
        var error = template.Messages.First(message => message.Type == ParserMessageType.Error);
        return $"{At(name, error.Span)}: {OneLine(error.Message)}";
    }

    private static string At(string name, SourceSpan span) =>
        FormattableString.Invariant($"{name}:{span.Start.Line + 1}:{span.Start.Column + 1}");

    private static string OneLine(string message) => message.ReplaceLineEndings(" ").Trim();
}
