# Packs the folder BUNDLE as a SystemRescue module, TO/recover.srm, and makes TO/sysrescue-recipe for
# sysrescue-customize: that module and the configuration that loads it.
#
# A module lies over the root of the rescue system: what it says of /, /usr, /usr/local and so on is what counts
# there. Hence the exact modes.

cmake_policy(VERSION 3.22)
find_program(MKSQUASHFS mksquashfs)
if(NOT MKSQUASHFS)
  message(FATAL_ERROR "There is no mksquashfs: apt-get install squashfs-tools")
endif()

set(root ${TO}/srm-root)
file(REMOVE_RECURSE ${root} ${TO}/recover.srm ${TO}/sysrescue-recipe)
file(MAKE_DIRECTORY ${root}/opt ${root}/usr/local/sbin)
file(COPY ${BUNDLE}/ DESTINATION ${root}/opt/recover)
file(CREATE_LINK ../../../opt/recover/recover ${root}/usr/local/sbin/recover SYMBOLIC)
file(COPY ${SOURCE}/packaging/completions/recover DESTINATION ${root}/usr/local/share/bash-completion/completions)
file(COPY ${SOURCE}/packaging/completions/_recover DESTINATION ${root}/usr/local/share/zsh/site-functions)
file(COPY ${SOURCE}/docs/ DESTINATION ${root}/usr/local/share/doc/recover)
file(GLOB pages ${MAN}/*.[58])
foreach(page ${pages})
  string(REGEX MATCH ".$" section ${page})
  file(COPY ${page} DESTINATION ${root}/usr/local/share/man/man${section})
endforeach()

set(readable OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
set(executable ${readable} OWNER_EXECUTE GROUP_EXECUTE WORLD_EXECUTE)
file(CHMOD_RECURSE ${root} DIRECTORY_PERMISSIONS ${executable} FILE_PERMISSIONS ${readable})
file(CHMOD ${root} ${root}/opt/recover/recover PERMISSIONS ${executable})
execute_process(
  COMMAND ${MKSQUASHFS} ${root} ${TO}/recover.srm -noappend -all-root -no-xattrs -comp zstd -quiet -no-progress
  COMMAND_ERROR_IS_FATAL ANY)

set(recipe ${TO}/sysrescue-recipe/iso_add)
file(COPY ${TO}/recover.srm DESTINATION ${recipe}/sysresccd)
file(COPY ${SOURCE}/packaging/sysrescue/500-recover.yaml DESTINATION ${recipe}/sysrescue.d)
message(STATUS "${TO}/recover.srm, and ${TO}/sysrescue-recipe with it")
