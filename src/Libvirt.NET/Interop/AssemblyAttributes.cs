using System.Runtime.CompilerServices;

// Everything that crosses to libvirt is blittable, a SafeHandle or a UTF-8 string: the source generator marshals all of it.
[assembly: DisableRuntimeMarshalling]
